"""An AssetInterfacesDescription (IDTA 02017) by whomever, read for what it says of MQTT topics.

Sources: IDTA 02017-1-1 and 1.2. The protocol is told by supplementalSemanticIds alone; a payload is addressed by
nested WoT data schemas, whose JSON member is the idShort or, where that is no legal one, the child ``key``; arrays
by ``items``. ``forms`` stand at the top level only; ``href`` is relative to the interface's ``base``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aas_server.ingest.feeds import FieldType
from aas_server.product.collect import describing
from aas_server.streams.configuration import plain
from aas_server.streams.configuration.finding import Finding
from aas_server.streams.configuration.href import place
from aas_server.twin.plain import Json
from connectors.payloads.reading import Form
from connectors.topics import is_legal
from submodels.field import Field, Unit
from submodels.fields import origin_of
from templates import units

_KIND = re.compile(r"https?://admin-shell\.io/idta/AssetInterfacesDescription/1/\d+(/Submodel)?/?")
_MQTT = re.compile(r"https?://www\.w3\.org/2011/mqtt/?#?")
_TIMES = re.compile(
    r"0112/2///61360_4#ADA38[67](#\d+)?|https?://admin-shell\.io/idta/TimeSeries/(UtcTime|TaiTime)/\d+/\d+"
)
"""Meanings by which a member bears the record's time: Timestamp UTC and TAI of IEC CDD, and IDTA 02008's own."""
_TYPES: Mapping[str, FieldType] = {
    "number": "double",
    "integer": "int64",
    "boolean": "bool",
    "string": "string",
}
_SCALARS = (*_TYPES, "null")
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,119}")
"""A stream's name is a folder's and a table's."""
DEEPEST = 32
"""Levels of nested members that are read."""
MOST_FIELDS = 20_000
"""Members of one description: devices of ten thousand tags are known."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a payload. ``path``: of its element in the submodel; ``key``: dotted, as it is found in the
    payload; ``name``: the field it becomes. ``unit``: the code as it stands there."""

    path: str
    key: str
    name: str
    type: FieldType | None = None
    unit: str | None = None
    semantic_id: str = ""
    title: Mapping[str, str] = field(default_factory=dict)
    is_time: bool = False


@dataclass(frozen=True, slots=True)
class Affordance:
    """One property at the top of an interface: the messages under one topic (a filter). ``broker``: scheme, host
    and port, empty where none is said. ``stream``: its name, where our own description gives one. ``single``: the
    payload is one bare value."""

    path: str
    broker: str
    topic: str
    qos: int
    members: tuple[Member, ...]
    title: Mapping[str, str] = field(default_factory=dict)
    stream: str | None = None
    form: Form | None = None
    device: str | None = None
    zone: str | None = None
    interval: float | None = None
    joins: bool = True
    single: bool = False


@dataclass(frozen=True, slots=True)
class Description:
    """All of a submodel: what can be honoured, and what can't."""

    affordances: tuple[Affordance, ...]
    findings: tuple[Finding, ...]


def is_description(submodel: Json) -> bool:
    """Whether a submodel is an AssetInterfacesDescription of 1.0 to 1.2, by its semanticId."""
    return any(_KIND.fullmatch(one) for one in plain.meanings(submodel))


def read(submodel: Json) -> Description:
    """What it says. Nothing in it is run or connected to; what is strange is told as a finding."""
    reader = _Reader()
    found: list[Affordance] = []
    for one in plain.children(submodel):
        if not any(_MQTT.fullmatch(meaning) for meaning in plain.meanings(one)):
            if plain.child(one, "InteractionMetadata") is not None:
                reader.refuse("aid-protocol-other", str(one.get("idShort", "")))
            continue
        found += reader.interface(one)
    return Description(tuple(found), tuple(reader.findings))


class _Reader:
    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self._left = MOST_FIELDS

    def refuse(self, key: str, path: str, **values: str) -> None:
        self.findings.append(Finding(key, path, values))

    def interface(self, interface: Json) -> Iterator[Affordance]:
        name = str(interface.get("idShort", ""))
        endpoint = plain.child(interface, "EndpointMetadata")
        base = plain.value(endpoint, "base") or ""
        media = plain.value(endpoint, "contentType")
        properties = plain.child(plain.child(interface, "InteractionMetadata"), "properties")
        for one in plain.children(properties):
            path = f"{name}.InteractionMetadata.properties.{one.get('idShort', '')}"
            found = self._affordance(one, path, base, media)
            if found is not None:
                yield found

    def _affordance(self, one: Json, path: str, base: str, media: str | None) -> Affordance | None:
        forms = plain.child(one, "forms")
        found = self._place(forms, path, base)
        if found is None:
            return None
        said = plain.extensions(one)
        single = (plain.value(one, "type") or "object").lower() in _SCALARS
        form = _form(said, plain.value(forms, "contentType") or media, single)
        if form == "":
            self.refuse("aid-content-type", path, media=str(plain.value(forms, "contentType") or media)[:80])
            return None
        stream = _stream(one, said)
        if stream is not None and not NAME.fullmatch(stream):
            self.refuse("aid-stream-name-wrong", path, stream=stream[:80])
            return None
        members = self._members(one, path, "payload" in said)
        zone = said.get("zone")
        if zone is not None and not is_zone(zone):
            self.refuse("aid-zone-unknown", path, zone=zone[:80])
            zone = None
        return Affordance(
            path=path,
            broker=found[0],
            topic=found[1],
            qos=_qos(plain.value(forms, "mqv_qos")),
            members=tuple(members),
            title=_title(one),
            stream=stream,
            form=form or None,
            device=said.get("device"),
            zone=zone,
            interval=_number(said.get("interval")),
            joins=said.get("joins", "true") == "true",
            single=single,
        )

    def _place(self, forms: Json | None, path: str, base: str) -> tuple[str, str] | None:
        """Broker and topic of what is to be subscribed."""
        href = plain.value(forms, "href")
        if href is None:
            self.refuse("aid-without-topic", path)
            return None
        broker, topic = place(base, href)
        if broker is None or not is_legal(topic):
            self.refuse("aid-topic-wrong", path, href=href[:200])
            return None
        packet = (plain.value(forms, "mqv_controlPacket") or "subscribe").lower()
        if packet != "subscribe":
            self.refuse("aid-not-subscribed", path, packet=packet[:40])
            return None
        return broker, topic

    def _members(self, one: Json, path: str, ours: bool) -> list[Member]:
        """The members of an object, of an array's objects, or the one value that is all of the payload."""
        kind = (plain.value(one, "type") or "object").lower()
        if kind in _SCALARS:
            return [_member(one, path, "value", ours)]
        if kind == "array":
            items = plain.child(one, "items")
            if items is None or (plain.value(items, "type") or "object").lower() != "object":
                self.refuse("aid-array-of-values", path)
                return []
            one, path = items, f"{path}.items"
        found = self._nested(one, path, "", ours)
        by_name: dict[str, Member] = {}
        for member in found:
            before = by_name.setdefault(member.name, member)
            if before is not member:
                self.refuse("aid-member-twice", member.path, name=member.name, other=before.path)
        return list(by_name.values())

    def _nested(self, one: Json, path: str, prefix: str, ours: bool, depth: int = 0) -> list[Member]:
        found: list[Member] = []
        for part in plain.children(plain.child(one, "properties")):
            where = f"{path}.properties.{part.get('idShort', '')}"
            key = prefix + (plain.value(part, "key") or str(part.get("idShort", "")))
            if self._left <= 0 or depth >= DEEPEST:
                self.refuse("aid-too-large", where)
                return found
            self._left -= 1
            if (plain.value(part, "type") or "").lower() == "object" or plain.child(part, "properties"):
                found += self._nested(part, where, f"{key}.", ours, depth + 1)
            else:
                found.append(_member(part, where, key, ours))
        return found


def _member(one: Json, path: str, key: str, ours: bool) -> Member:
    """Descriptions of ours name the time by its role; in them, a meaning alone may be no more than a proposal."""
    said = plain.extensions(one)
    kind = (plain.value(one, "type") or "").lower()
    meaning = plain.reference(one, "valueSemantics")
    semantic_id = meaning[-1][1] if meaning else ""
    return Member(
        path=path,
        key=key,
        name=said.get("column") or key,
        type="string" if kind == "array" else _TYPES.get(kind),
        unit=plain.value(one, "unit"),
        semantic_id=semantic_id,
        title=_title(one),
        is_time=said.get("role") == "time" or (not ours and _TIMES.fullmatch(semantic_id) is not None),
    )


def _form(said: Mapping[str, str], media: str | None, single: bool) -> Form | Literal[""] | None:
    """``None``: each message tells its own; empty: none that is read here."""
    named = said.get("payload")
    if named is not None:
        return None if named == "as-found" else next((form for form in get_args(Form) if form == named), "")
    plain_media = (media or "application/json").partition(";")[0].strip().lower()
    if single:
        return None if plain_media.startswith("text/") or plain_media.endswith("json") else ""
    return "flat-json" if plain_media.endswith("json") or plain_media == "text/plain" else ""


def _stream(one: Json, said: Mapping[str, str]) -> str | None:
    """Descriptions of ours name the stream: in an extension, earlier ones in ``key`` or by the idShort itself."""
    if "stream" in said:
        return said["stream"]
    return (plain.value(one, "key") or str(one.get("idShort", ""))) if "payload" in said else None


def _title(one: Json) -> dict[str, str]:
    names = plain.texts(one, "displayName")
    title = plain.value(one, "title")
    return names or ({"en": title} if title else {})


def _qos(said: str | None) -> int:
    return int(said) if said in ("0", "1", "2") else 1


def _number(said: str | None) -> float | None:
    try:
        return float(said) if said else None
    except ValueError:
        return None


def is_zone(name: str) -> bool:
    """Whether a time zone is known by this name (IANA)."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def field_of(member: Member) -> Field:
    """A described member as a field, as far as it is described."""
    code = member.unit or ""
    unit = (units.by_code(code) or units.unit(code)) if code else None
    return Field(
        name=member.name,
        id_short=member.path.rpartition(".")[2],
        value_type=describing.TYPES[member.type or "string"],
        semantic_id=member.semantic_id,
        origin=origin_of(member.semantic_id),
        title=member.title,
        definition={},
        role="time" if member.is_time else "feature",
        unit=Unit(unit.symbol, unit.code, unit.irdi) if unit else Unit(code) if code else None,
    )
