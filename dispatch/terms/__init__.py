"""Dated thresholds (termijnen): how many are asked at once, how long an offer lives, when a person looks, when it ends.

An administrator edits them; every row names its source. Nothing elsewhere holds such a number.
"""
