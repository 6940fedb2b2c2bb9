"""The feed at one moment, for pages, health and commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from aas_server.clock import from_ns
from aas_server.errors import AasError
from connectors.message import Source


@dataclass(frozen=True, slots=True)
class StreamState:
    """``messages`` and ``records`` are those in the lake. ``rate``: records a second over the last moments.
    ``lag``: seconds that the oldest message not yet in the lake has waited, 0 when none waits, ``None`` before the
    first. ``last``: the latest record's time, or its arrival where it bears none. ``error``: why its records are
    not stored at present, or ``None``."""

    name: str
    topic: str
    messages: int
    records: int
    flagged: int
    rate: float
    lag: float | None
    last: datetime | None
    error: AasError | None = None


@dataclass(frozen=True, slots=True)
class BrokerState:
    """``error`` is the key of a sentence, filled by ``values``; empty while all is well. ``retry``: when it is
    tried again to connect, ``None`` while connected or trying. ``insecure``: its certificate is not checked."""

    url: str
    connected: bool
    error: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    retry: datetime | None = None
    insecure: bool = False


@dataclass(frozen=True, slots=True)
class FeedState:
    """``error``: why nothing is committed or folded at present (a full disk), else why a stream is not, or
    ``None``."""

    streams: tuple[StreamState, ...]
    brokers: tuple[BrokerState, ...]
    redelivered: int
    quarantined: int
    error: AasError | None


class Connection(Protocol):
    """What a source may tell about its connection."""

    @property
    def connected(self) -> bool: ...
    @property
    def error(self) -> str: ...
    @property
    def values(self) -> Mapping[str, str]: ...
    @property
    def retry(self) -> int | None:
        """Nanoseconds since 1970, UTC."""
        ...

    @property
    def insecure(self) -> bool: ...


@runtime_checkable
class Connected(Protocol):
    """A source that has a connection to tell about."""

    def state(self) -> Connection: ...


def broker_state(source: Source) -> BrokerState:
    """A source's connection as far as it tells."""
    if isinstance(source, Connected):
        connection = source.state()
        retry = connection.retry
        return BrokerState(
            source.name,
            connection.connected,
            connection.error,
            connection.values,
            None if retry is None else from_ns(retry),
            connection.insecure,
        )
    return BrokerState(source.name, source.ready())
