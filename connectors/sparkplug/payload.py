"""A Sparkplug B payload: its metrics as they lie in the bytes (specification 3.0, chapter 6.4)."""

from __future__ import annotations

import struct

import msgspec

from connectors.sparkplug.wire import BYTES, VARINT, Malformed, double, fields, single, varint

MOST_METRICS = 200_000
"""In one message. Nodes with a hundred thousand tags are known; an empty metric is two bytes, so that without an
end a message of 16 MB would be eight million of them."""
INT, LONG, FLOAT, DOUBLE, BOOLEAN, TEXT, BINARY, DATASET, TEMPLATE, EXTENSION = range(10, 20)
"""The fields of a metric that bear its value."""
# tags as they stand in a metric's bytes: the field's number and its wire type
_NAME, _ALIAS, _TIMESTAMP, _DATATYPE, _PROPERTIES = 0x0A, 0x10, 0x18, 0x20, 0x4A
_INT, _LONG, _FLOAT, _DOUBLE, _BOOLEAN, _TEXT = 0x50, 0x58, 0x65, 0x69, 0x70, 0x7A
_SMALLEST_TAG, _LONG_TAG = 8, 0x80
_METRIC = 0x12
"""The tag of a metric in a payload."""
_MARKS = {0x28: 1, 0x30: 2, 0x38: 4}
HISTORICAL, TRANSIENT, NULL = 1, 2, 4
_32_BITS, _64_BITS = 2**32 - 1, 2**64 - 1
_LARGE = frozenset((BINARY, DATASET, TEMPLATE, EXTENSION))
_LAST_SHIFT = 63

Value = int | float | bytes | None


class Metric(msgspec.Struct, gc=False):
    """``kind``: the field that bore the value, 0 where none did; whole numbers are unsigned as they came, texts
    are bytes, and of data sets and templates there is nothing. ``marks``: ``HISTORICAL``, ``TRANSIENT``, ``NULL``
    added up. ``timestamp``: ms since 1970 UTC, or ``None``. ``properties``: a property set's bytes."""

    name: bytes | None
    alias: int | None
    timestamp: int | None
    datatype: int
    marks: int
    kind: int
    value: Value
    properties: bytes


class Payload(msgspec.Struct):
    """``timestamp``: ms since 1970 UTC, or ``None``; ``seq``: of the message in its session, 0 to 255."""

    timestamp: int | None
    seq: int | None
    metrics: list[Metric]


class TooMany(ValueError):
    """A message of more than ``MOST_METRICS``."""


def parse(raw: bytes) -> Payload:
    """A payload's bytes. Unknown fields are left out. Raises ``Malformed`` and ``TooMany``."""
    payload = Payload(None, None, [])
    at, size = 0, len(raw)
    try:
        while at < size:
            if raw[at] == _METRIC:
                at = _add_metrics(payload.metrics, raw, at, size)
                continue
            number, kind, start, at = next(fields(raw, at, size))
            if number == 1 and kind == VARINT:
                payload.timestamp, _ = varint(raw, start, at)
            elif number == 3 and kind == VARINT:
                payload.seq, _ = varint(raw, start, at)
    except (IndexError, struct.error):
        raise Malformed(size) from None
    return payload


def _add_metrics(metrics: list[Metric], raw: bytes, at: int, size: int) -> int:
    """Read the metrics that follow one upon the other; returns where something else begins."""
    while at < size and raw[at] == _METRIC:
        length = raw[at + 1]
        at += 2
        if length >= 0x80:
            length, at = varint(raw, at - 1, size)
        if at + length > size:
            raise Malformed(at)
        if len(metrics) >= MOST_METRICS:
            raise TooMany
        metrics.append(_metric(raw, at, at + length))
        at += length
    return at


def _metric(raw: bytes, at: int, end: int) -> Metric:
    """One metric. In one piece, and its numbers spelt out, since it is what a fast feed spends its time in."""
    name: bytes | None = None
    alias: int | None = None
    timestamp: int | None = None
    value: Value = None
    datatype = marks = kind = 0
    properties = b""
    while at < end:
        tag = raw[at]
        at += 1
        if tag & 7 == VARINT and tag < _LONG_TAG:
            bits = raw[at]
            at += 1
            if bits >= 0x80:
                bits &= 0x7F
                shift = 7
                while (byte := raw[at]) >= 0x80 and shift < _LAST_SHIFT:
                    bits |= (byte & 0x7F) << shift
                    shift += 7
                    at += 1
                if byte > 0x7F:
                    raise Malformed(at)
                bits |= byte << shift
                at += 1
            if tag == _TIMESTAMP:
                timestamp = bits & _64_BITS
            elif tag == _ALIAS:
                alias = bits & _64_BITS
            elif tag == _DATATYPE:
                datatype = bits & _32_BITS
            elif tag in (_INT, _LONG, _BOOLEAN):
                kind, value = tag >> 3, bits & (_32_BITS if tag == _INT else _64_BITS)
            elif tag < _SMALLEST_TAG:
                raise Malformed(at)
            elif bits:
                marks |= _MARKS.get(tag, 0)
        elif tag == _DOUBLE:
            kind, value = DOUBLE, double(raw, at)[0]
            at += 8
        elif tag == _FLOAT:
            kind, value = FLOAT, single(raw, at)[0]
            at += 4
        elif tag & 7 == BYTES and tag < _LONG_TAG:
            length, start = varint(raw, at, end)
            at = start + length
            if tag == _NAME:
                name = raw[start:at]
            elif tag == _PROPERTIES:
                properties = raw[start:at]
            elif tag == _TEXT:
                kind, value = TEXT, raw[start:at]
            elif tag < _SMALLEST_TAG:
                raise Malformed(at)
        else:
            number, _, start, at = next(fields(raw, at - 1, end))
            if number in _LARGE:
                kind, value = number, raw[start:at] if number == BINARY else None
    if at != end:
        raise Malformed(end)
    return Metric(name, alias, timestamp, datatype, marks, kind, value, properties)
