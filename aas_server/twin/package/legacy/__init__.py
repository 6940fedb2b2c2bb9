"""Metamodel 2.0, read as 3.1."""
