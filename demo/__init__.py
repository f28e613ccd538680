"""Agencies to try things on: a small living one, and whole synthetic years whose outcomes match the annual report.

Everything goes through the real tables with their constraints. Deterministic by seed; no real person is in it.
"""
