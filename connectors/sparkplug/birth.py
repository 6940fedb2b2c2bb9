"""What a node or a device announced of its metrics: the meaning of the messages that follow."""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from connectors.message import Scalar
from connectors.sparkplug.payload import Metric
from connectors.sparkplug.properties import parse
from connectors.sparkplug.wire import Malformed

_LARGEST = 256 * 2**20
"""Bytes that a kept birth may unpack to: what we wrote ourselves is never as large."""


class Described(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One metric: ``datatype`` is the specification's number; ``unit``, ``title``, ``low`` and ``high`` are as the
    gateway wrote them in the metric's properties."""

    name: str
    alias: int | None
    datatype: int
    unit: str = ""
    title: str = ""
    low: float | None = None
    high: float | None = None


class Birth:
    """Metrics by alias, where it is one metric's alone, and by name. ``id`` is the hash of what they say: equal
    births have equal ids."""

    def __init__(self, metrics: Iterable[Described]) -> None:
        self.metrics = tuple(metrics)
        self.by_name = {one.name: one for one in self.metrics}
        self.by_alias = {one.alias: one for one in self.metrics if one.alias is not None}
        if len(self.by_alias) < len(self.metrics):
            # some senders give every metric the same alias, and go by names
            uses = Counter(one.alias for one in self.metrics)
            self.by_alias = {alias: one for alias, one in self.by_alias.items() if uses[alias] == 1}
        self._plain = msgspec.msgpack.encode(self.metrics)
        self.id = hashlib.sha256(self._plain).hexdigest()

    def packed(self) -> bytes:
        """The birth as bytes, for ``unpacked``."""
        return zlib.compress(self._plain, 1)


def unpacked(raw: bytes) -> Birth:
    """A birth from its bytes. Raises ``ValueError`` where they are no birth's."""
    try:
        unpacker = zlib.decompressobj()
        plain = unpacker.decompress(raw, _LARGEST)
        return Birth(msgspec.msgpack.decode(plain, type=tuple[Described, ...]))
    except (zlib.error, msgspec.DecodeError) as fault:
        raise ValueError(str(fault)) from None


def described(metric: Metric) -> Described | None:
    """What a birth's metric says of itself; ``None`` where it has no name."""
    if metric.name is None:
        return None
    try:
        told = parse(metric.properties)
    except Malformed:
        told = {}
    return Described(
        metric.name.decode("utf-8", "backslashreplace"),
        metric.alias,
        metric.datatype,
        _text(told, "unit"),
        _text(told, "title"),
        _number(told, "low"),
        _number(told, "high"),
    )


def _text(told: Mapping[str, Scalar], name: str) -> str:
    value = told.get(name)
    return value.strip() if isinstance(value, str) else ""


def _number(told: Mapping[str, Scalar], name: str) -> float | None:
    value = told.get(name)
    return value if isinstance(value, float) else None
