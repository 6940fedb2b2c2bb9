"""Streams' names: safe as a folder and as a table, and never the same for two topics."""

from __future__ import annotations

import hashlib
import re

_PLAIN_TOPIC = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*", re.ASCII)
_NARROW = "-tags"
_LIKE_MADE = re.compile(r"-[0-9a-f]{8}$|-tags$")
_LOST = re.compile(r"[^a-z0-9_-]+", re.ASCII)
_LONGEST_NAME = 80
# device names that Windows gives no folder
_RESERVED = re.compile(r"con|prn|aux|nul|com\d|lpt\d")


def stream_name(topic: str) -> str:
    """A stream's name, safe as a folder and as a table: ASCII letters in lower case, digits, ``-`` and ``_``.

    ``/`` becomes ``_``. No two topics share a name, not even where case is ignored: whatever is lost on the way
    (capitals, blanks, Korean, ``_`` itself) is made up for by a short hash of the topic.
    """
    plain = len(topic) <= _LONGEST_NAME and _PLAIN_TOPIC.fullmatch(topic) is not None and topic[0] != "-"
    if plain and not _RESERVED.fullmatch(topic) and not _LIKE_MADE.search(topic):
        return topic.replace("/", "_")
    kept = _LOST.sub("-", topic.lower().replace("/", "_"))[:_LONGEST_NAME].strip("-_")
    digest = hashlib.sha256(topic.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{kept}-{digest}" if kept else f"topic-{digest}"


def narrow_name(device_topic: str) -> str:
    """The name of the narrow stream of all single values below a device's topic: ``line_press-tags``. No topic's
    own name is like it."""
    return stream_name(device_topic) + _NARROW
