"""The doors of the web through which records and pictures come in."""
