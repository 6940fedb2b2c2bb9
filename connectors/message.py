"""What comes in and goes out, as pure types: nothing outside ``connectors/mqtt`` sees the MQTT library."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

Scalar = bool | int | float | str | None
EXACT = 2**53
"""Whole numbers up to here are exact in a double (IEEE 754); larger ones are kept as text beside it. A double that
is equal to it may stand for the next one."""
HEAD = 1024
"""Bytes of payload kept of a message over the limit: enough to see what it was."""
Shape = Literal["wide", "narrow"]
"""Of a stream: one column a field, or the three columns tag, number and text."""


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

    def parts(self) -> tuple[object, ...]:
        """Source, topic, payload, arrival, QoS, retain, packet id and left out, in this order: what digests of
        messages are made of."""
        return (
            self.source,
            self.topic,
            self.payload,
            self.arrival,
            self.qos,
            self.retain,
            self.packet_id,
            self.left_out,
        )


@dataclass(slots=True)
class Wide:
    """What a message holds of one wide stream, a row a record.

    ``stream`` is the stream's name, ``topic`` the topic (or filter) that people know it by. ``times`` are ns since
    1970, UTC, ``None`` where a record bears none. ``rows`` map a field's name, as the gateway wrote it, to its
    value. ``flags``: row → reasons for doubt, such as ``implausible-time``; rows without doubt are not in it.
    ``files``: SHA-256 (hex) → bytes that fields of the rows name (pictures). ``units``: field → the unit that the
    payload itself named."""

    stream: str
    topic: str
    times: list[int | None]
    rows: list[Mapping[str, Scalar]]
    flags: dict[int, tuple[str, ...]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Narrow:
    """What a message holds of one narrow stream, column by column, a sample a row: ``tags``, ``numbers`` (``None``
    where the value is no number) and ``texts`` (what is no number, or can't be one exactly). ``units`` are
    by tag. The rest as in ``Wide``."""

    stream: str
    topic: str
    times: list[int | None]
    tags: list[str]
    numbers: list[float | None]
    texts: list[str | None]
    flags: dict[int, tuple[str, ...]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)


Part = Wide | Narrow


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a part, as it is looked at one by one; a narrow one has the fields tag, number and text."""

    stream: str
    time: int | None
    fields: Mapping[str, Scalar]
    flags: tuple[str, ...]


def records(parts: Iterable[Part]) -> Iterator[Record]:
    """The rows of parts, in order."""
    for part in parts:
        rows = part.rows if isinstance(part, Wide) else _samples(part)
        for row, fields in enumerate(rows):
            yield Record(part.stream, part.times[row], fields, part.flags.get(row, ()))


def _samples(part: Narrow) -> Iterator[Mapping[str, Scalar]]:
    for tag, number, text in zip(part.tags, part.numbers, part.texts, strict=True):
        yield {"tag": tag, "number": number, "text": text}


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

    def acknowledge(self, position: int = 0) -> None:
        """Tell the sender that the message is ours, and stands in the journal at ``position``. May be called from
        any thread; late calls are harmless."""
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


@dataclass(frozen=True, slots=True)
class Letter:
    """What we publish: ``qos`` 0 or 1."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = False


def broker_of(source: str) -> str:
    """A source's broker: several sessions at one broker bear its URL and a number (``mqtt://plant:1883#2``)."""
    return source.partition("#")[0]


@runtime_checkable
class Sender(Protocol):
    """A source that can publish, too (requests for rebirth, events)."""

    @property
    def name(self) -> str: ...

    def send(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> bool:
        """Publish as soon as the broker is there. From any thread, and never waits: ``False`` where too much waits
        already. What is not confirmed before the process ends is forgotten."""
        ...
