"""How the payloads under a topic are read: declared by people or descriptions, else found out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from connectors.times import DEFAULT_ZONE

Form = Literal[
    "flat-json",
    "mos-type-4",
    "umh",
    "bare-value",
    "rich-object",
    "sparkplug-b",
    "opcua-pubsub",
    "opcua-fields",
    "thingsboard",
    "thingsboard-gateway",
    "image",
]
"""The payload forms; what is one JSON object or an array of them and nothing else is ``flat-json``."""


@dataclass(frozen=True, slots=True)
class Reading:
    """``stream``: the stream's name, ``device``: the topic (or filter) below which all single values are tags of
    that one stream; without them both follow from the topic. ``form``: without it, it follows from topic and
    payload. ``time_column``: the field that bears a record's time, else well-known names are tried. ``zone``: of
    times that name none. ``keys``: a payload member's dotted path → the field's name; members that are not in it
    keep their path."""

    stream: str | None = None
    device: str | None = None
    form: Form | None = None
    time_column: str | None = None
    zone: str = DEFAULT_ZONE
    keys: Mapping[str, str] = field(default_factory=dict)
