"""What is known of a stream: what people declared, and what was counted while folding."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal
from uuid import uuid4

import msgspec

from aas_server.errors import NotFound
from aas_server.ingest.noted import Noted
from aas_server.ingest.trouble import log
from aas_server.store.contract import Catalogue, StreamFacts
from aas_server.store.sections import everything
from connectors.payloads.reading import Form, Reading

FieldType = Literal["bool", "int64", "double", "string"]


@dataclass(frozen=True, slots=True)
class Declaration:
    """``time_column``: the field that bears a record's time, else well-known names are tried. ``zone``: of times
    that name none, else the server's setting. ``units``: field → symbol of the unit it is measured in; such a
    field is a number, whatever its first value looks like. ``titles``: field → what it is called, by language.

    ``topic``: the filter of the messages that this stream is made of; where ``joins``, all of them are this one
    stream, else each is the stream that its topic and payload make it. ``form``, ``device`` and ``keys`` as in
    ``Reading``. ``types``: the types that fields are declared to have. ``interval``: seconds between expected
    points, ``None`` where that is not known. ``state``: ``adopted`` once the twin describes it; ``origin`` is the
    id of the AssetInterfacesDescription that does."""

    time_column: str | None = None
    zone: str | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    topic: str | None = None
    joins: bool = False
    form: Form | None = None
    device: str | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, FieldType] = field(default_factory=dict)
    interval: float | None = None
    state: Literal["discovered", "adopted"] = "discovered"
    origin: str | None = None

    def reading(self, stream: str | None, zone: str) -> Reading:
        """How messages of it are read; ``zone``: of times that name none, where nothing else was declared."""
        return Reading(
            stream=stream if self.joins else None,
            device=self.device,
            form=self.form,
            time_column=self.time_column,
            zone=self.zone or zone,
            keys=self.keys,
        )


class _Upto(msgspec.Struct):
    """Beside the facts: they are true for exactly the records folded up to this journal position."""

    upto: int = 0


def declare(catalogue: Catalogue, stream: str, declaration: Declaration) -> None:
    """Say what people know of a stream. It holds for messages that are folded from now on."""
    catalogue.put("feed", stream, msgspec.json.encode(declaration))
    touch(catalogue)


def undeclare(catalogue: Catalogue, stream: str) -> None:
    """Take back what was declared of a stream. Nothing is done where nothing was."""
    with suppress(NotFound):
        catalogue.delete("feed", stream)
    touch(catalogue)


def version(catalogue: Catalogue) -> bytes:
    """Differs after every declaration."""
    try:
        return catalogue.get("feed-version", "")
    except NotFound:
        return b""


def touch(catalogue: Catalogue) -> None:
    """What was decoded and is not folded yet is to be decoded again: it may have been erased meanwhile."""
    catalogue.put("feed-version", "", msgspec.json.encode(uuid4()))


def declaration(catalogue: Catalogue, stream: str) -> Declaration:
    """What was declared of a stream; an empty declaration where nothing was."""
    try:
        return msgspec.json.decode(catalogue.get("feed", stream), type=Declaration)
    except NotFound:
        return Declaration()


def declarations(catalogue: Catalogue) -> Mapping[str, Declaration]:
    """All that was declared, by stream. One that can't be read is as if it were not there, and told in the log."""
    declared: dict[str, Declaration] = {}
    for stream, body in everything(catalogue, "feed"):
        try:
            declared[stream] = msgspec.json.decode(body, type=Declaration)
        except msgspec.DecodeError as fault:
            log(stream, fault)
    return declared


def facts(catalogue: Catalogue, stream: str) -> StreamFacts:
    """What was counted of a stream. Raises ``NotFound`` before its first record."""
    return msgspec.json.decode(catalogue.get("stream", stream), type=StreamFacts)


def all_facts(catalogue: Catalogue) -> list[StreamFacts]:
    """The facts of all streams, in order of their names."""
    return [msgspec.json.decode(body, type=StreamFacts) for _, body in everything(catalogue, "stream")]


def page_of_facts(catalogue: Catalogue, limit: int, after: str = "") -> list[StreamFacts]:
    """The facts of at most ``limit`` streams after a name."""
    return [msgspec.json.decode(body, type=StreamFacts) for _, body in catalogue.page("stream", limit, after)]


def messages(catalogue: Catalogue, stream: str) -> int:
    """How many messages of a stream are stored and understood; 0 for an unknown stream."""
    try:
        return facts(catalogue, stream).messages
    except NotFound:
        return 0


def counted_upto(catalogue: Catalogue, stream: str) -> int:
    """The journal position up to which ``facts`` counts; 0 for an unknown stream."""
    try:
        return msgspec.json.decode(catalogue.get("stream", stream), type=_Upto).upto
    except NotFound:
        return 0


def put_facts(catalogue: Catalogue, facts: StreamFacts, upto: int, noted: Noted) -> None:
    """Keep what was counted and noted up to a journal position."""
    body = msgspec.to_builtins(facts) | {"upto": upto, "noted": noted}
    catalogue.put("stream", facts.name, msgspec.json.encode(body))
