"""A connection as it is told to people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SubscriptionState:
    """``since``: ns since 1970 UTC at which the connection was made or lost. ``error`` is the key of a sentence,
    ``values`` fill it; both are empty while all is well. ``retry``: ns since 1970 UTC of the next try to connect,
    ``None`` while connected or trying. ``insecure``: the broker's certificate is not checked."""

    connected: bool
    since: int | None
    error: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    retry: int | None = None
    insecure: bool = False
