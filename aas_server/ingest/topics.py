"""Which declared stream a topic belongs to: the most telling of the filters that match it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from aas_server.ingest.feeds import Declaration

_ONE, _REST = "+", "#"


@dataclass(slots=True)
class _Level:
    """What follows a part of a filter: further levels, and the streams whose filter ends here."""

    below: dict[str, _Level] = field(default_factory=dict)
    streams: list[str] = field(default_factory=list)


class Topics:
    """Declared streams by their topic filters (MQTT 5, 4.7): looking one up costs by the topic's levels, not by
    the number of streams. A name beats ``+``, and ``+`` beats ``#``, level by level."""

    def __init__(self, declared: Mapping[str, Declaration]) -> None:
        self._declared = declared
        self._root = _Level()
        for stream, one in declared.items():
            if one.topic is not None:
                level = self._root
                for part in one.topic.split("/"):
                    level = level.below.setdefault(part, _Level())
                level.streams.append(stream)

    def of(self, topic: str) -> tuple[str, Declaration] | None:
        """The stream and what was declared of it, ``None`` where no filter matches."""
        found = next(self._matching(topic), None)
        return None if found is None else (found, self._declared[found])

    def all(self, topic: str) -> list[str]:
        """Every stream whose filter matches, most telling first."""
        return list(self._matching(topic))

    def _matching(self, topic: str) -> Iterator[str]:
        # A wildcard in front matches none of a broker's own topics ($SYS/…; MQTT 5, 4.7.2).
        yield from _walk(self._root, topic.split("/"), 0, hidden=topic.startswith("$"))


def _walk(level: _Level, parts: list[str], at: int, *, hidden: bool) -> Iterator[str]:
    if at == len(parts):
        yield from level.streams
        if (rest := level.below.get(_REST)) is not None:  # "a/#" matches "a", too
            yield from rest.streams
        return
    if (named := level.below.get(parts[at])) is not None and parts[at] not in (_ONE, _REST):
        yield from _walk(named, parts, at + 1, hidden=False)
    if hidden:
        return
    if (one := level.below.get(_ONE)) is not None:
        yield from _walk(one, parts, at + 1, hidden=False)
    if (rest := level.below.get(_REST)) is not None:
        yield from rest.streams


def matches(filter: str, topic: str) -> bool:
    """Whether a filter matches a topic."""
    return Topics({"": Declaration(topic=filter)}).of(topic) is not None


def covers(filter: str, other: str) -> bool:
    """Whether every topic that ``other`` (a topic or a filter) matches is matched by ``filter``."""
    wide, narrow = filter.split("/"), other.split("/")
    if narrow[0].startswith("$") and wide[0] in (_ONE, _REST):
        return False
    for number, part in enumerate(wide):
        if part == _REST:
            return True
        if number >= len(narrow) or narrow[number] == _REST:
            return False
        if part not in (_ONE, narrow[number]):
            return False
    return len(wide) == len(narrow)


def is_filter(text: str) -> bool:
    """Whether a topic bears a wildcard."""
    return any(part in (_ONE, _REST) for part in text.split("/"))


def is_legal(filter: str) -> bool:
    """Whether a text may be a topic filter (MQTT 5, 4.7.1): wildcards fill a level, ``#`` is the last one."""
    parts = filter.split("/")
    if not filter or "\0" in filter or len(filter.encode("utf-8", "surrogatepass")) > 65_535:
        return False
    return all(
        part in (_ONE, _REST) and (part != _REST or number == len(parts) - 1)
        for number, part in enumerate(parts)
        if _ONE in part or _REST in part
    )
