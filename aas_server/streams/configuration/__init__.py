"""How the twin configures the feed: descriptions and mappings, by whomever, at run time."""

from aas_server.streams.configuration.follower import Configuration

__all__ = ["Configuration"]
