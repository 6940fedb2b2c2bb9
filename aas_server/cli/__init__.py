"""The commands. ``aas`` starts in ``app.py``."""
