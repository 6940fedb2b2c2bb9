"""Streams' records over REST: a range of them, put together or thinned out, page by page or as one file."""

from aas_server.api.records.service import records_router

__all__ = ["records_router"]
