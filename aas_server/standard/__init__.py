"""Meaning by dictionary: entries and their search, suggestions, fit to a field, coverage."""
