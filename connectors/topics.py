"""Topics and topic filters as MQTT has them (MQTT 5, 4.7)."""

from __future__ import annotations

ONE, REST = "+", "#"
"""Wildcards: for one level, and for all that follow (of none, too)."""
LONGEST = 65_535
"""Bytes of a topic or a filter (1.5.4)."""


def is_filter(text: str) -> bool:
    """Whether a topic bears a wildcard."""
    return any(level in (ONE, REST) for level in text.split("/"))


def is_legal(filter: str) -> bool:
    """Whether a text may be a topic filter (4.7.1): wildcards fill a level, ``#`` is the last one."""
    levels = filter.split("/")
    if not filter or "\0" in filter or len(filter.encode("utf-8", "surrogatepass")) > LONGEST:
        return False
    return all(
        level in (ONE, REST) and (level != REST or number == len(levels) - 1)
        for number, level in enumerate(levels)
        if ONE in level or REST in level
    )


def covers(filter: str, other: str) -> bool:
    """Whether every topic that ``other`` (a topic or a filter) matches is matched by ``filter``; both without
    ``$share``."""
    wide, narrow = filter.split("/"), other.split("/")
    if narrow[0].startswith("$") and wide[0] in (ONE, REST):
        return False
    for place, level in enumerate(wide):
        if level == REST:
            return True
        if place >= len(narrow) or narrow[place] == REST or level not in (ONE, narrow[place]):
            return False
    return len(wide) == len(narrow)
