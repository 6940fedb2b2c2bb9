"""The documents of a package: an environment as JSON or XML, read and written."""
