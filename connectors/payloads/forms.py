"""Which form a payload has: told by its topic, else by its shape, and whether it is the form that was declared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from connectors.message import Message, Part, Undecodable
from connectors.payloads import (
    bare_value,
    flat_json,
    image,
    mos,
    opcua_fields,
    opcua_pubsub,
    picture,
    rich_object,
    thingsboard,
)
from connectors.payloads.json_text import Given, parse
from connectors.payloads.reading import Form, Reading

_TOPICS = 16_384
_UMH = frozenset(("timestamp_ms", "value"))
_BLANK = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class _Shape:
    """A form of JSON objects: ``fits`` tells one by its members; ``batches``: an array of them is of it, too."""

    form: Form
    fits: Callable[[dict[str, Any]], bool]
    decode: Callable[[Given, Reading], list[Part]]
    batches: bool = False


def _is_umh(value: dict[str, Any]) -> bool:
    return value.keys() == _UMH and not isinstance(value["value"], dict)


def _decode_mos(given: Given, reading: Reading) -> list[Part]:
    return mos.decode(given.message, reading)


_SHAPES = (
    _Shape("umh", _is_umh, rich_object.decode),
    _Shape("rich-object", rich_object.fits, rich_object.decode),
    _Shape("thingsboard", thingsboard.is_row, thingsboard.decode, batches=True),
    _Shape("opcua-pubsub", opcua_pubsub.fits, opcua_pubsub.decode, batches=True),
    _Shape("image", image.fits, image.decode),
    _Shape("mos-type-4", mos.fits, _decode_mos),
    _Shape("opcua-fields", opcua_fields.fits, opcua_fields.decode),
    _Shape("thingsboard-gateway", thingsboard.fits_gateway, thingsboard.decode_gateway),
)
"""In the order in which they are tried: the cheap and telling ones first."""
_FLAT = _Shape("flat-json", bool, flat_json.decode, batches=True)
_TELLING = frozenset(("value", "values", "MessageType", "MessageId", "DataSetWriterId", "image", "data"))
_NESTED = (dict, list)
"""An object that has none of these names, and no object or array as its first member, has none of the shapes."""
_ARRAY = _Shape("bare-value", bool, bare_value.of_json)
_ANY_OBJECT = frozenset(("flat-json", "thingsboard", "thingsboard-gateway", "image"))
_BY_FORM = {shape.form: shape for shape in (*_SHAPES, _FLAT)}


@lru_cache(_TOPICS)
def form_of(topic: str) -> Form | None:
    """The form that a topic alone tells; ``None`` where the payload's shape must."""
    if topic.startswith(mos.PREFIX):
        return "mos-type-4"
    if topic in thingsboard.GATEWAY_TOPICS:
        return "thingsboard-gateway"
    return "thingsboard" if topic in thingsboard.DEVICE_TOPICS else None


def read(message: Message, reading: Reading) -> list[Part]:
    """The parts of a message in the form that is declared, told by its topic or by its shape. Raises
    ``Undecodable``."""
    form = reading.form or form_of(message.topic)
    try:
        if form is None:
            return _undeclared(message, reading)
        return _declared(message, reading, form)
    except RecursionError:
        raise Undecodable("payload-too-deep", topic=message.topic) from None


def _undeclared(message: Message, reading: Reading) -> list[Part]:
    if _is_json(message.payload):
        given = parse(message)
        return shape_of(given.value).decode(given, reading)
    if picture.is_picture(message.payload):
        return image.of_bytes(message, reading)
    return bare_value.decode(message, reading)


def _is_json(payload: bytes) -> bool:
    """Whether a payload begins as an object or an array does; numbers and texts are read as bare values."""
    return (payload[:1] if payload[:1] not in _BLANK else payload.lstrip(_BLANK)[:1]) in (b"{", b"[")


def _declared(message: Message, reading: Reading, form: Form) -> list[Part]:
    """As declared, or not at all: a silent other reading would mix two things in one stream."""
    if form == "bare-value":
        return bare_value.decode(message, reading)
    if not message.payload.strip():
        raise Undecodable("payload-empty", topic=message.topic)
    if form == "mos-type-4":
        return mos.decode(message, reading)
    if form in ("thingsboard", "thingsboard-gateway"):
        parts = thingsboard.quickly(message, reading, form == "thingsboard-gateway")
        if parts is not None:
            return parts
    if not _is_json(message.payload):
        return _no_json(message, reading, form)
    given = parse(message)
    shape = _BY_FORM.get(form)
    if shape is not None and _fits(shape, given.value):
        return shape.decode(given, reading)
    found = shape_of(given.value).form
    raise Undecodable("payload-other-form", topic=message.topic, form=form, found=found)


def _no_json(message: Message, reading: Reading, form: Form) -> list[Part]:
    if form == "image":
        return image.of_bytes(message, reading)
    if form == "flat-json":
        begin = message.payload[:80].decode("utf-8", "replace")
        raise Undecodable("payload-bare-value", topic=message.topic, value=begin)
    found = "image" if picture.is_picture(message.payload) else "bare-value"
    raise Undecodable("payload-other-form", topic=message.topic, form=form, found=found)


def _fits(shape: _Shape, value: Any) -> bool:
    """Whether a declared form is there. One that any object may have tells itself what it can't read."""
    if isinstance(value, list) and not shape.batches:
        return False
    rows = value if isinstance(value, list) else [value]
    return shape.form in _ANY_OBJECT or _fit(shape, rows)


def _fit(shape: _Shape, rows: list[Any]) -> bool:
    """Whether all of a batch are objects of one shape."""
    return all(isinstance(row, dict) and shape.fits(row) for row in rows)


def shape_of(value: Any) -> _Shape:
    """The form of a JSON object or array by its members."""
    if isinstance(value, dict):
        return _shape_of_object(value)
    if any(isinstance(row, dict) for row in value):
        first = _shape_of_object(value[0]) if isinstance(value[0], dict) else _FLAT
        return first if first.batches and _fit(first, value) else _FLAT
    return _FLAT if not value else _ARRAY


def _shape_of_object(value: dict[str, Any]) -> _Shape:
    if _TELLING.isdisjoint(value) and type(next(iter(value.values()), None)) not in _NESTED:
        return _FLAT
    for shape in _SHAPES:
        if shape.fits(value):
            return shape
    return _FLAT
