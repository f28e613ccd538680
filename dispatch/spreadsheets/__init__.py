"""Spreadsheets in and out: an agency brings its register, customers and past requests along, and takes them away again.

What comes in is checked as a whole, shown with every error by row and column, and applied in one transaction: all of
it or nothing.
"""
