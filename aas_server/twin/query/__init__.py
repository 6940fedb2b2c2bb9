"""The AAS Query Language: read into conditions that the store answers."""

from aas_server.twin.query.query import Query, read

__all__ = ["Query", "read"]
