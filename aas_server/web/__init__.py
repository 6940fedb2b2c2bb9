"""Pages for people: products with their seven steps, one product in full, the state of the feed."""

from aas_server.web.app import create_web

__all__ = ["create_web"]
