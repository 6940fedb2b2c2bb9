"""How a source connects to its broker, beside the URL."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from connectors.message import Letter
from connectors.mqtt.tls import Tls

LARGEST = 0xFFF_FFFF
"""Bytes of the largest message that MQTT knows (2.2.3)."""
LONGEST_WAIT = 60.0


class FilterMemory(Protocol):
    """Keeps, over restarts, which filters the broker's session holds: those that are wanted no more must be
    unsubscribed, or the broker goes on to send what they match."""

    def filters(self) -> Sequence[str]: ...

    def keep(self, filters: Sequence[str]) -> None:
        """Durable before the broker hears of them."""
        ...


@dataclass(frozen=True, slots=True)
class Presence:
    """How others learn whether we are there: ``will`` is what the broker publishes where we vanish, ``greeting``
    what we publish once all filters are granted, ``farewell`` makes what we publish before we leave."""

    will: Letter | None = None
    greeting: Letter | None = None
    farewell: Callable[[], Letter] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """``qos`` is that of filters that name none. ``user`` and ``password`` stand in for those of the URL.
    ``largest``: bytes of payload above which only a message's head is taken in. ``longest_wait``: seconds between
    two tries to connect, at most. ``presence`` makes anew for each connection what we say of ourselves. ``name``
    stands in for the URL as the source's name, where a broker serves several sessions of ours. ``memory``: see
    there. ``clock`` gives the time of arrival, in ns since 1970, UTC."""

    qos: int = 1
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: Tls = field(default_factory=Tls)
    largest: int = LARGEST
    longest_wait: float = LONGEST_WAIT
    presence: Callable[[], Presence] = Presence
    name: str | None = None
    memory: FilterMemory | None = None
    clock: Callable[[], int] = time.time_ns
