"""Topics that descriptions name are subscribed where we are connected already, and nowhere else unasked.

A package that was imported must not make this server connect anywhere: a broker that is none of ours is connected
to only where its host stands in the setting ``aid_brokers``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, runtime_checkable
from urllib.parse import urlsplit

from aas_server.ingest import feeds
from aas_server.store.contract import Catalogue
from aas_server.streams.configuration import kept
from connectors.message import Source
from connectors.topics import covers


@runtime_checkable
class Filtered(Protocol):
    """A source whose filters may change while it runs."""

    @property
    def name(self) -> str: ...
    def set_filters(self, filters: Sequence[str]) -> None: ...


class Sources(Protocol):
    """Where sources come and go."""

    @property
    def sources(self) -> tuple[Source, ...]: ...
    def add_source(self, source: Source) -> None: ...
    def remove_source(self, name: str) -> None: ...


class Subscribing:
    """``base``: the filters that a source has by its settings. ``connect`` makes a subscription to a broker that
    the setting ``aid_brokers`` allows."""

    def __init__(
        self,
        catalogue: Catalogue,
        sources: Sources,
        base: Callable[[str], Sequence[str]],
        connect: Callable[[str, Sequence[str]], Source],
        allowed: Iterable[str] = (),
    ) -> None:
        self._catalogue = catalogue
        self._sources = sources
        self._base = base
        self._connect = connect
        self._allowed = frozenset(allowed)
        self._version: bytes | None = None
        self._set: dict[str, tuple[str, ...]] = {}
        self._made: set[str] = set()

    def apply(self) -> None:
        """Subscribe what is described and not covered yet; nothing is done where nothing was declared anew."""
        version = feeds.version(self._catalogue)
        if version == self._version:
            return
        wanted = self._wanted()
        ours = [one for one in self._sources.sources if isinstance(one, Filtered)]
        for source in ours:
            if source.name not in self._made:
                of_it = _of_broker(wanted, source.name)
                self._change(source, with_described(self._base(source.name), of_it))
        self._connections({address(one.name) for one in ours if one.name not in self._made}, wanted)
        self._version = version

    def _change(self, source: Filtered, filters: tuple[str, ...]) -> None:
        before = self._set.get(source.name, tuple(self._base(source.name)))
        if filters != before:
            source.set_filters(filters)
        self._set[source.name] = filters

    def _connections(self, there: set[str], wanted: Mapping[str, Sequence[str]]) -> None:
        """Subscriptions of our own to the brokers that may be connected to, as long as somebody describes them."""
        needed = {
            broker: filters
            for broker, filters in wanted.items()
            if broker and address(broker) not in there and is_allowed(broker, self._allowed)
        }
        for name in sorted(self._made - set(needed)):
            self._sources.remove_source(name)
            self._made.discard(name)
        present = {one.name: one for one in self._sources.sources}
        for broker, filters in needed.items():
            source = present.get(broker)
            if source is None:
                self._sources.add_source(self._connect(broker, filters))
                self._made.add(broker)
            elif isinstance(source, Filtered):
                self._change(source, tuple(filters))

    def _wanted(self) -> dict[str, list[str]]:
        """The topics that descriptions name, by broker (empty: none is named)."""
        found: dict[str, list[str]] = {}
        for _, known in kept.every(self._catalogue):
            for one in known.affordances:
                found.setdefault(one.broker, []).append(f"{one.topic};qos={one.qos}")
        return {broker: sorted(set(filters)) for broker, filters in found.items()}


def with_described(base: Sequence[str], described: Iterable[str]) -> tuple[str, ...]:
    """The filters of the settings, and those described that they do not cover."""
    plain = [_topic(one) for one in base]
    return (*base, *(one for one in described if not any(covers(wide, _topic(one)) for wide in plain)))


def _topic(filter: str) -> str:
    """A filter without its quality of service and its group."""
    topic = filter.rpartition(";qos=")[0] or filter
    return topic.split("/", 2)[2] if topic.startswith("$share/") and topic.count("/") > 1 else topic


def _of_broker(wanted: Mapping[str, Sequence[str]], name: str) -> list[str]:
    """What is described for a broker, and what names none: that may come from any of ours."""
    here = address(name)
    return [one for broker, filters in wanted.items() if not broker or address(broker) == here for one in filters]


def address(broker: str) -> str:
    """``host:port`` of a broker's URL, by which two ways of writing it are one."""
    try:
        parts = urlsplit(broker)
        host = parts.hostname or ""
        port = parts.port or (8883 if parts.scheme == "mqtts" else 1883)
    except ValueError:
        return broker
    return f"{'127.0.0.1' if host in ('localhost', '::1') else host}:{port}"


def is_allowed(broker: str, allowed: Iterable[str]) -> bool:
    """Whether the setting ``aid_brokers`` names a broker, by its host or by host and port."""
    here = address(broker)
    return any(one in (here, here.rpartition(":")[0]) for one in allowed)
