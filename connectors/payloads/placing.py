"""Where a message's records belong: the device whose tags single values are, or the stream of a topic's objects.

Ten thousand tags must not make ten thousand streams, nor must topics whose last level is an id.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from connectors.payloads.naming import narrow_name, stream_name
from connectors.payloads.reading import Reading

_TOPICS = 16_384
"""Topics whose place is remembered; one that is not costs some microseconds more."""
_UMH_DOTTED = "umh.v1."


@dataclass(frozen=True, slots=True)
class Place:
    """A stream, the filter of its topics that people know it by, and which of its things this topic is about: the
    tag of a narrow stream, the id of a wide one where its topics end in ids (else ``""``)."""

    stream: str
    filter: str
    name: str


def device_of(topic: str) -> tuple[str, str]:
    """A topic as device and tag: split before a well-known group of values (``Status``, ``edge``; see
    ``levels.toml``), behind the data contract of UMH (``_raw``), else before the last level."""
    groups, umh, _ = _levels()
    mark = "." if topic.startswith(_UMH_DOTTED) and "/" not in topic else "/"
    levels = topic.split(mark)
    cut = len(levels) - 1
    if topic.startswith((umh, _UMH_DOTTED)):
        cut = next((number + 1 for number, level in enumerate(levels[:-1]) if level.startswith("_")), cut)
    else:
        inner = levels[1:-1]
        cut = next((number + 1 for number, level in enumerate(inner) if level.casefold() in groups), cut)
    device = mark.join(levels[:cut])
    return device, mark.join(levels[cut:]) if device else topic


def narrow(topic: str, reading: Reading) -> Place:
    """Where a single value belongs: the stream of its device, as declared or found out."""
    return _narrow(topic, reading.device, reading.stream)


def wide(topic: str, reading: Reading) -> Place:
    """Where objects of a topic belong."""
    return Place(reading.stream, topic, "") if reading.stream else _wide(topic)


def below(topic: str, name: str, reading: Reading, *, tags: bool = False) -> Place:
    """The stream of a part of what a topic carries: a device behind a gateway, a writer of data sets."""
    whole = f"{topic}/{name}" if name else topic
    return Place(reading.stream or _named(whole, tags), whole, name)


@lru_cache(_TOPICS)
def _named(topic: str, tags: bool) -> str:
    return narrow_name(topic) if tags else stream_name(topic)


@lru_cache(_TOPICS)
def _narrow(topic: str, declared: str | None, stream: str | None) -> Place:
    if declared is not None:
        filter = declared if any(mark in declared for mark in "+#") else f"{declared}/#"
        prefix = re.split(r"/?[+#]", filter, maxsplit=1)[0]
        if not prefix or topic == prefix or topic.startswith(f"{prefix}/"):
            tag = topic[len(prefix) :].lstrip("/") or topic.rsplit("/", 1)[-1]
            return Place(stream or narrow_name(filter.removesuffix("/#")), filter, tag)
    device, tag = device_of(topic)
    filter = f"{device}/#" if device else "+"
    return Place(stream or narrow_name(device), filter, tag)


@lru_cache(_TOPICS)
def _wide(topic: str) -> Place:
    _, _, is_id = _levels()
    parent, _, last = topic.rpartition("/")
    if parent and is_id.fullmatch(last):
        return Place(stream_name(f"{parent}/+"), f"{parent}/+", last)
    return Place(stream_name(topic), topic, "")


@cache
def _levels() -> tuple[frozenset[str], str, re.Pattern[str]]:
    settings = tomllib.loads(Path(__file__).with_name("levels.toml").read_text("utf-8"))
    return frozenset(settings["groups"]), settings["umh_prefix"], re.compile(settings["id"], re.ASCII)
