"""Pictures as messages: the form that gateways send by MQTT, so that one decoder reads them all."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from aas_server.errors import BadInput, TooLarge
from connectors.message import Undecodable
from connectors.payloads import picture

MEDIA_TYPES = ("image/jpeg", "image/png", "image/bmp", "image/x-ms-bmp", "image/jpg")
_SAME = {"image/jpg": "image/jpeg", "image/x-ms-bmp": "image/bmp"}
_LONGEST = 1000
"""Characters of a label, a shot or a file's name."""


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a picture: when it was taken, what is seen (``ok``, ``ng``), of which shot, its file's
    name."""

    time: str | None = None
    label: str | None = None
    shot: str | None = None
    file: str | None = None

    def members(self) -> Mapping[str, str]:
        """What is known, by name."""
        pairs = (("time", self.time), ("label", self.label), ("shot", self.shot), ("file", self.file))
        return {name: value[:_LONGEST] for name, value in pairs if value}


def payload_of(topic: str, content: bytes, about: About, pixels: int, said: str | None = None) -> bytes:
    """The message's payload of one picture for a topic. ``said``: its media type as the sender has it; ``pixels``:
    the most it may unfold to. Raises ``BadInput`` where it is none of that type or not whole, ``TooLarge``."""
    try:
        seen = picture.look(content)
    except Undecodable as fault:
        raise BadInput(fault.key, **{"topic": topic, **fault.values}) from None
    if said is not None and _SAME.get(said, said) != seen.media_type:
        raise BadInput("picture-other-type", said=said, found=seen.media_type)
    if seen.flags:
        raise BadInput("picture-not-whole", size=len(content))
    if seen.width * seen.height > pixels:
        raise TooLarge("picture-pixels", width=seen.width, height=seen.height, limit=pixels)
    return msgspec.json.encode({**about.members(), "image": base64.b64encode(content).decode()})
