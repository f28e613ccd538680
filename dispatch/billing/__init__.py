"""Tariffs (vergoeding): what a talk and a journey cost, dated, with their source."""
