"""The store in SQLite, a folder of files and a lake: one data folder, several processes on it."""

from aas_server.store.sqlite.opening import databases, open_store

__all__ = ["databases", "open_store"]
