"""From a message's bytes to records: which form a payload has, and which stream its records belong to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from connectors import sparkplug
from connectors.message import Message, Part
from connectors.payloads.forms import form_of, read
from connectors.payloads.naming import narrow_name, stream_name
from connectors.payloads.reading import Form, Reading

_UNSAID = Reading()
_BOM = b"\xef\xbb\xbf"


def decode(
    message: Message,
    reading: Reading = _UNSAID,
    births: sparkplug.Births | None = None,
    name_of: Callable[[str], str] | None = None,
) -> list[Part]:
    """What a message holds, by stream: nothing, one part or many. Raises ``Undecodable`` with the reason.

    ``births`` is what Sparkplug nodes announced before the message; it learns of what this one announces.
    ``name_of`` gives the stream's name for the filter of a Sparkplug node or device: the death of a node concerns
    the streams of its devices, too."""
    if sparkplug.is_sparkplug(message.topic, message.payload):
        known = sparkplug.Births() if births is None else births
        return sparkplug.decode(message, known, name_of or (lambda about: reading.stream or narrow_name(about)))
    if message.payload.startswith(_BOM):
        message = replace(message, payload=message.payload[len(_BOM) :])
    return read(message, reading)


__all__ = ["Form", "Reading", "decode", "form_of", "narrow_name", "stream_name"]
