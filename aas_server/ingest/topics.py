"""Which declared stream a topic belongs to: the most telling of the filters that match it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from aas_server.ingest.feeds import Declaration
from connectors.topics import ONE, REST


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
        if (rest := level.below.get(REST)) is not None:  # "a/#" matches "a", too
            yield from rest.streams
        return
    if (named := level.below.get(parts[at])) is not None and parts[at] not in (ONE, REST):
        yield from _walk(named, parts, at + 1, hidden=False)
    if hidden:
        return
    if (one := level.below.get(ONE)) is not None:
        yield from _walk(one, parts, at + 1, hidden=False)
    if (rest := level.below.get(REST)) is not None:
        yield from rest.streams
