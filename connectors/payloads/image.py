"""Pictures of a camera: the file itself as payload, or in base64 within an object beside its label and shot.

``{"image" | "data": <base64 or data URL>, "time" | "ts": …, "label": …, "shot": …, "file": …}``; the record names
the picture by its SHA-256. Source: fischertechnik txt_training_factory, MqttInterface.md (``i/cam``), 2025-11.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from connectors.flags import RETAINED
from connectors.message import Message, Part, Scalar, Undecodable, Wide
from connectors.payloads import flat_json, picture
from connectors.payloads.json_text import Given
from connectors.payloads.placing import wide
from connectors.payloads.reading import Reading

_MEMBERS = ("image", "data")
_URL = "data:image/"
_BEGINS = ("/9j/", "iVBORw0KGgo", "Qk")
"""The first bytes of JPEG, PNG and BMP in base64."""
_SHORTEST = 32


def fits(value: dict[str, Any]) -> bool:
    """Whether an object holds a picture in base64."""
    return _member(value) is not None


def _member(value: dict[str, Any]) -> str | None:
    for name in _MEMBERS:
        text = value.get(name)
        if isinstance(text, str) and (
            text.startswith(_URL) or (len(text) >= _SHORTEST and text.startswith(_BEGINS) and _begins_well(text))
        ):
            return name
    return None


def _begins_well(text: str) -> bool:
    try:
        return picture.is_picture(base64.b64decode(text[:_SHORTEST], validate=True))
    except binascii.Error:
        return False


def of_bytes(message: Message, reading: Reading) -> list[Part]:
    """The record of a payload that is a picture."""
    seen = picture.look(message.payload)
    return _part(message, reading, {}, seen, message.payload, (RETAINED,) if message.retain else ())


def decode(given: Given, reading: Reading) -> list[Part]:
    """The record of an object that holds a picture. Raises ``Undecodable`` where that is none, or broken."""
    row = dict(given.value)
    member = _member(row) or next((name for name in _MEMBERS if isinstance(row.get(name), str)), None)
    if member is None:
        raise Undecodable("picture-missing", topic=given.message.topic)
    text = row.pop(member)
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        content = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as fault:
        raise Undecodable("picture-not-base64", topic=given.message.topic, fault=str(fault)) from None
    return _part(given.message, reading, row, picture.look(content), content, given.flags)


def _part(
    message: Message,
    reading: Reading,
    row: dict[str, Any],
    seen: picture.Picture,
    content: bytes,
    flags: tuple[str, ...],
) -> list[Part]:
    place = wide(message.topic, reading)
    part = Wide(place.stream, place.filter, [], [], files={seen.sha256: content})
    about: dict[str, Scalar] = {
        "image": seen.sha256,
        "media_type": seen.media_type,
        "width": seen.width,
        "height": seen.height,
    }
    flat_json.add(part, row | about, Given(message, row, (*flags, *seen.flags)), reading)
    return [part]
