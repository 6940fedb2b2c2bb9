"""What comes in, as pure types: nothing outside ``connectors/mqtt.py`` sees the MQTT library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

Scalar = bool | int | float | str | None


@dataclass(frozen=True, slots=True)
class Message:
    """What a gateway sent, as bytes. ``arrival`` is nanoseconds since 1970, UTC; ``packet_id`` the broker's number
    for the delivery (QoS 1 and 2), by which a redelivery is known. ``left_out``: bytes at the end of the payload
    that are not kept, since the message was over the limit."""

    source: str
    topic: str
    payload: bytes
    arrival: int
    qos: int = 0
    retain: bool = False
    packet_id: int = 0
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a stream.

    ``time`` and ``arrival`` are nanoseconds since 1970, UTC; ``time`` is ``None`` where the message bears none.
    ``fields`` maps a field's name, as the gateway wrote it, to its value. ``flags`` are reasons for doubt, such as
    ``implausible-time`` or ``number-as-text``.
    """

    stream: str
    time: int | None
    arrival: int
    fields: Mapping[str, Scalar]
    flags: tuple[str, ...] = field(default=())


class Undecodable(Exception):
    """A payload that cannot be read: ``key`` names the reason in ``messages/``, ``values`` fill the sentence."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(f"{key} {values}" if values else key)
        self.key = key
        self.values = values


class Delivery(Protocol):
    """One message and the promise to acknowledge it once it is durable."""

    @property
    def message(self) -> Message: ...

    @property
    def duplicate(self) -> bool:
        """Whether the broker said that it sends this again (the DUP flag)."""
        ...

    @property
    def since_connect(self) -> int | None:
        """How many deliveries came before this one since the connection to a *kept* session was made again;
        ``None`` on a new session, where no redelivery can be."""
        ...

    def acknowledge(self) -> None:
        """Tell the broker that the message is ours. May be called from any thread; late calls are harmless."""
        ...


Receiver = Callable[[Delivery], None]


class Source(Protocol):
    """A door through which messages come in (a broker's subscription)."""

    @property
    def name(self) -> str: ...

    def start(self, receive: Receiver) -> None:
        """Begin to hand every delivery to ``receive``, from a thread of its own; returns at once."""
        ...

    def ready(self) -> bool:
        """Whether every subscription is confirmed at present."""
        ...

    def stop(self) -> None:
        """Stop cleanly. What was not acknowledged comes again at the next start (persistent session)."""
        ...
