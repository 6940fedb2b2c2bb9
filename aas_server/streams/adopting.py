"""Adopting a stream: the twin says from now on what comes in under its topics, what it means, and where it goes.

One step writes, into one shell and in one transaction: the AssetInterfacesDescription (IDTA 02017), the mapping
(02027) with OperationalData as its sinks, and a TimeSeries (02008). The description then configures the feed as
any other one would; adopting again what is adopted writes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

import msgspec

from aas_server.errors import BadInput, Conflict, NotFound
from aas_server.ids import Names, slug
from aas_server.ingest import feeds
from aas_server.ingest.declared import Declarations
from aas_server.messages import in_all
from aas_server.product.series import segments
from aas_server.product.series.segments import Held
from aas_server.settings import Settings
from aas_server.store.contract import Store, StreamFacts
from aas_server.streams.configuration import claims, stale
from aas_server.streams.configuration.interface import NAME, is_zone
from aas_server.streams.detail import Detail
from aas_server.streams.rows import StreamRow
from aas_server.twin.repository import Repository
from aas_server.twin.series import sources
from aas_server.twin.shelf import Run, Shelf
from connectors.payloads import stream_name
from connectors.topics import is_filter, is_legal
from submodels import asset_interfaces, operational_data, time_series
from submodels.asset_interfaces import AssetInterfaces, Feed, Mapping
from submodels.field import Field, Role
from submodels.operational_data import OperationalData, stream_id_short

_LONGEST = 80
AS_FOUND = "as-found"


@dataclass(frozen=True, slots=True)
class Wish:
    """What people say when they adopt: ``target`` is a stream's name, a topic or a filter. ``name``: of the
    stream. ``shell``: the id of the one that describes it, else one of its own. ``time``: the field that bears
    the time. ``zone``: of times that name none. ``interval``: seconds between expected points."""

    target: str
    name: str | None = None
    shell: str | None = None
    title: str | None = None
    time: str | None = None
    zone: str | None = None
    interval: float | None = None


@dataclass(frozen=True, slots=True)
class Adopted:
    """``submodels``: the ids of what describes it. ``joined``: the streams whose records belong to it now.
    ``replay``: whether the journal is to be replayed for them."""

    stream: str
    topic: str
    shell: str
    submodels: tuple[str, ...]
    joined: tuple[str, ...] = ()
    replay: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is adopted: ``found`` is the discovered stream, where it is exactly one."""

    stream: str
    topic: str
    joins: bool
    found: StreamRow | None
    joined: tuple[StreamFacts, ...]


@dataclass(frozen=True, slots=True)
class _OfShell(Names):
    """Names of ours in a shell that is given by its id."""

    given: str

    def shell(self, product: str) -> str:  # noqa: ARG002 (there is one shell only)
        return self.given


def plan(store: Store, row: StreamRow | None, wish: Wish) -> Plan:
    """Which topics become which stream. Raises ``BadInput`` for what is no filter or name, ``Conflict`` where
    another description holds the topic or the name."""
    topic = row.topic if row is not None else wish.target
    if not is_legal(topic):
        raise BadInput("adopt-filter-wrong", filter=topic)
    if wish.name is not None and not (NAME.fullmatch(wish.name) and len(wish.name) <= _LONGEST):
        raise BadInput("adopt-name-wrong", name=wish.name)
    if wish.zone is not None and not is_zone(wish.zone):
        raise BadInput("adopt-zone-unknown", zone=wish.zone)
    own = row.name if row is not None else stream_name(topic)
    stream = wish.name or own
    joins = row is None or stream != row.name
    declared = feeds.declaration(store.catalogue, stream)
    if declared.origin is not None and declared.topic != topic:
        raise Conflict("adopt-name-taken", name=stream, topic=declared.topic or "")
    if declared.origin is not None and known(store, stream) is None:
        raise Conflict("adopt-described", stream=stream, other=declared.origin)
    for claim in claims.of_topic(store.catalogue, topic).claims[:1]:
        if claim.stream != stream:
            raise Conflict("adopt-claimed", topic=topic, stream=claim.stream, other=claim.origin)
    if not is_filter(topic):
        owner, by = Declarations(store.catalogue).now().of_topic(topic)
        if by.joins and by.origin is not None and owner != stream:
            raise Conflict("adopt-claimed", topic=topic, stream=owner, other=by.origin)
    wanted = replace(declared, topic=topic, joins=joins)
    joined = stale.joined_by(store.catalogue, stream, wanted)
    if len({facts.shape for facts in joined.values()}) > 1:
        raise Conflict("adopt-shapes-differ", filter=topic, streams=", ".join(sorted(joined)[:5]))
    return Plan(stream, topic, joins, row, tuple(joined.values()))


class Adopting:
    """Writes the submodels. Made for worker threads: ``run`` must not be called on its own event loop."""

    def __init__(self, store: Store, repository: Repository, settings: Settings, base_url: str, run: Run) -> None:
        self._store = store
        self._repository = repository
        self._settings = settings
        self._base_url = base_url
        self._run = run

    def write(self, plan: Plan, wish: Wish, details: Iterable[Detail]) -> Adopted:
        """Describe the stream as planned; ``details``: what was seen of it, or of those that it joins. What is
        described already stays where nothing else is said. Raises ``NotFound`` for an unknown shell, ``BadInput``
        for a time column that is none of the fields."""
        key, shelf, names = self._place(plan, wish)
        there = self._feeds(shelf, key)
        fields = _fields(details, wish, there.get(plan.stream))
        source = plan.found.source if plan.found else next((one.source for one in plan.joined), "")
        feed = _feed(plan, wish, source, fields, there.get(plan.stream))
        id = names.submodel(key, asset_interfaces.DESCRIPTION_KIND)
        interfaces = AssetInterfaces(id, tuple({**there, feed.stream: feed}.values()))
        live = self._live(shelf, names, key, plan.stream, fields)
        mapping = Mapping(names.submodel(key, asset_interfaces.MAPPING_KIND), interfaces, live.id)
        id_short = f"{time_series.KIND}_{stream_id_short(plan.stream)}"
        series = segments.time_series(
            names.submodel(key, id_short), id_short, self._held(plan), fields, self._base_url
        )
        written = [
            asset_interfaces.to_submodel(interfaces),
            asset_interfaces.mapping_to_submodel(mapping),
            operational_data.to_submodel(live),
            time_series.to_submodel(series),
        ]
        shelf.put_all(key, written)
        sources.keep(self._store.catalogue, series.id, plan.stream, fields)
        joined = tuple(one.name for one in plan.joined)
        ids = tuple(one.id for one in written)
        adopted = Adopted(plan.stream, plan.topic, names.shell(key), ids, joined, bool(joined))
        self._store.catalogue.put("adopted", plan.stream, msgspec.json.encode(adopted))
        return adopted

    def _place(self, plan: Plan, wish: Wish) -> tuple[str, Shelf, Names]:
        """The key by which the shell's submodels are named: a product's own where the shell is a product's."""
        names = Names(self._settings.domain)
        own = names.shell("")
        key = plan.stream
        before = known(self._store, plan.stream)
        shell = wish.shell or (before.shell if before else None)
        if wish.shell is not None and before is not None and wish.shell != before.shell:
            raise Conflict("adopt-in-another-shell", stream=plan.stream, shell=before.shell)
        if shell is not None:
            try:
                self._run(self._repository.get("shell", shell, whole=False))
            except NotFound:
                raise NotFound("adopt-shell-unknown", shell=shell) from None
            if shell.startswith(own):
                key = shell.removeprefix(own)
            else:
                digest = hashlib.sha256(shell.encode()).hexdigest()[:8]
                key, names = f"{slug(shell)[-40:].strip('-')}-{digest}", _OfShell(names.domain, shell)
        return key, Shelf(self._repository, self._store.files, names, self._run), names

    def _feeds(self, shelf: Shelf, key: str) -> dict[str, Feed]:
        """The feeds that the shell describes already, by stream."""
        before = shelf.read(key, asset_interfaces.DESCRIPTION_KIND)
        return {one.stream: one for one in asset_interfaces.from_submodel(before).feeds} if before else {}

    def _live(
        self, shelf: Shelf, names: Names, key: str, stream: str, fields: tuple[Field, ...]
    ) -> OperationalData:
        before = shelf.read(key, operational_data.KIND)
        there = operational_data.from_submodel(before) if before else OperationalData("", {})
        id = names.submodel(key, operational_data.KIND)
        return OperationalData(id, {**there.streams, stream: fields}, there.values)

    def _held(self, plan: Plan) -> Held:
        try:
            return Held.of(feeds.facts(self._store.catalogue, plan.stream))
        except NotFound:
            return Held(plan.stream, plan.topic, 0, "", "", "")


def _fields(details: Iterable[Detail], wish: Wish, before: Feed | None) -> tuple[Field, ...]:
    """The fields of all that were seen, each once, as they are described already or proposed; the one that bears
    the time is marked."""
    found: dict[str, Field] = {one.name: one for one in (before.fields if before else ())}
    taken = {one.id_short.lower() for one in found.values()}
    for detail in details:
        for seen in detail.fields:
            if seen.name not in found and seen.field.id_short.lower() not in taken:
                found[seen.name] = seen.field
                taken.add(seen.field.id_short.lower())
    if wish.time is not None:
        if found and wish.time not in found:
            raise BadInput("adopt-time-unknown", column=wish.time, known=", ".join(found))
        found = {
            name: replace(field, role="time" if name == wish.time else _plain_role(field))
            for name, field in found.items()
        }
    return tuple(found.values())


def _plain_role(field: Field) -> Role:
    return "feature" if field.role == "time" else field.role


def _feed(plan: Plan, wish: Wish, source: str, fields: tuple[Field, ...], before: Feed | None) -> Feed:
    said = {"ko": wish.title, "en": wish.title} if wish.title else None
    if before is not None:
        return replace(
            before,
            topic=plan.topic,
            title=said or before.title,
            fields=fields,
            zone=wish.zone or before.zone,
            interval=wish.interval or before.interval,
        )
    return Feed(
        stream=plan.stream,
        broker=source,
        topic=plan.topic,
        payload=AS_FOUND,
        title=said or in_all("collect-feed", topic=plan.topic),
        fields=fields,
        joins=plan.joins,
        device=plan.topic if plan.joins and is_filter(plan.topic) else None,
        zone=wish.zone,
        interval=wish.interval,
    )


def known(store: Store, stream: str) -> Adopted | None:
    """How a stream was adopted here; ``None`` for one that only others describe, or nobody does by now."""
    try:
        adopted = msgspec.json.decode(store.catalogue.get("adopted", stream), type=Adopted)
    except NotFound:
        return None
    origin = feeds.declaration(store.catalogue, stream).origin
    return adopted if origin in adopted.submodels else None
