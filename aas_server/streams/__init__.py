"""Streams for people: what comes in, adopted or not; described, corrected, read again, erased."""
