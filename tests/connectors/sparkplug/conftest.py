"""An encoder of Sparkplug payloads of the tests' own, and a listener that decodes one message after the other."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from connectors.message import Message, Narrow, Part
from connectors.payloads.naming import narrow_name
from connectors.sparkplug import Births, decode

SECOND = 10**9
START = 1_733_904_005 * SECOND
FIELDS = {
    "name": 1,
    "alias": 2,
    "timestamp": 3,
    "datatype": 4,
    "is_historical": 5,
    "is_transient": 6,
    "is_null": 7,
    "metadata": 8,
    "properties": 9,
    "int_value": 10,
    "long_value": 11,
    "float_value": 12,
    "double_value": 13,
    "boolean_value": 14,
    "string_value": 15,
    "bytes_value": 16,
    "dataset_value": 17,
    "template_value": 18,
    "extension_value": 19,
}
Told = int | float | str | bytes


def varint(value: int) -> bytes:
    value %= 2**64
    head = b""
    while value > 127:
        head += bytes((value % 128 + 128,))
        value //= 128
    return head + bytes((value,))


def member(number: int, told: Told, *, single: bool = False) -> bytes:
    if isinstance(told, float):
        return (
            varint(number * 8 + 5) + struct.pack("<f", told)
            if single
            else varint(number * 8 + 1) + struct.pack("<d", told)
        )
    if isinstance(told, int):
        return varint(number * 8) + varint(told)
    raw = told.encode() if isinstance(told, str) else told
    return varint(number * 8 + 2) + varint(len(raw)) + raw


def metric(**told: Told) -> bytes:
    """``metric(name=…, datatype=…, double_value=…)`` as bytes."""
    return b"".join(member(FIELDS[one], value, single=one == "float_value") for one, value in told.items())


def payload(*metrics: bytes, seq: int | None = None, timestamp: int | None = START // 10**6) -> bytes:
    raw = b"" if timestamp is None else member(1, timestamp)
    raw += b"".join(member(2, one) for one in metrics)
    return raw if seq is None else raw + member(3, seq)


def property_set(**told: str | int | float) -> bytes:
    keys = b"".join(member(1, key) for key in told)
    return keys + b"".join(member(2, _property(one)) for one in told.values())


def _property(value: str | int | float) -> bytes:
    if isinstance(value, str):
        return member(1, 12) + member(8, value)
    return member(1, 3) + member(3, value) if isinstance(value, int) else member(1, 10) + member(6, value)


@dataclass
class Listener:
    """Decodes messages in order, as the server does with its journal. Times are seconds after ``START``."""

    births: Births = field(default_factory=lambda: Births(30))
    group: str = "plant"
    node: str = "edge"

    def hear(self, kind: str, raw: bytes, device: str = "", **how: Any) -> list[Part]:
        topic = f"spBv1.0/{self.group}/{kind}/{self.node}" + (f"/{device}" if device else "")
        return self.hear_topic(topic, raw, **how)

    def hear_topic(
        self, topic: str, raw: bytes, *, at: float = 0, retain: bool = False, source: str = "mqtt://memory"
    ) -> list[Part]:
        self.births.position += 1
        message = Message(source, topic, raw, START + int(at * SECOND), 0, retain)
        return decode(message, self.births, narrow_name)

    def asked(self, at: float) -> list[str]:
        """The topics of the rebirth requests that leave at a moment."""
        return [request.topic for request in self.births.requests(START + int(at * SECOND))]


def values(parts: Sequence[Part]) -> dict[str, float | str | None]:
    """Tag → number, or text where there is one; of all parts."""
    found: dict[str, float | str | None] = {}
    for part in parts:
        assert isinstance(part, Narrow)
        found |= {
            tag: number if text is None else text
            for tag, number, text in zip(part.tags, part.numbers, part.texts, strict=True)
        }
    return found


@dataclass(frozen=True)
class Encoder:
    """The functions above, for tests that take fixtures."""

    FIELDS = FIELDS
    member = staticmethod(member)
    metric = staticmethod(metric)
    payload = staticmethod(payload)
    property_set = staticmethod(property_set)
    values = staticmethod(values)


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture(scope="session")
def encode() -> Encoder:
    return Encoder()
