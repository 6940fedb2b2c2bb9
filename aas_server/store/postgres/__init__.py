"""The store in PostgreSQL (extra ``postgres``); files and lake stay in the data folder."""

from aas_server.store.postgres.opening import databases, open_store

__all__ = ["databases", "open_store"]
