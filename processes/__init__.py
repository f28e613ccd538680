"""Starts, watches and stops what the platform runs on: the embedded PostgreSQL and the roles.

Stands apart from the modules: it knows the settings and nothing else of ours.
"""
