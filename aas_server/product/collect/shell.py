"""The submodels that step 1 leaves in the product's shell."""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping
from datetime import datetime, timedelta

from basyx.aas import model

from aas_server.ingest import binding
from aas_server.messages import in_all
from aas_server.product.collect.counting import Counted
from aas_server.product.series import sources
from aas_server.product.work import Collected, CollectedStream, Work
from submodels import asset, asset_interfaces, operational_data, time_series
from submodels.asset import Asset, Contact
from submodels.asset_interfaces import AssetInterfaces, Feed
from submodels.operational_data import OperationalData, stream_id_short
from submodels.text import both
from submodels.time_series import ExternalSegment, LinkedSegment, TimeSeries


def describe(work: Work, collected: Collected, counts: Mapping[str, Counted]) -> None:
    """Put all of them; ``counts`` by stream. What was there and is the same is not written again."""
    series = [_series(work, stream, counts[stream.name], collected) for stream in collected.streams]
    for submodel in [*_submodels(work, collected), *map(time_series.to_submodel, series)]:
        work.twin.put(work.recipe.id, submodel)
    for stream, described in zip(collected.streams, series, strict=True):
        sources.keep(work.store.catalogue, described.id, stream.name)
    streams = {stream.name: stream.fields for stream in collected.streams}
    binding.bind(work.store.catalogue, _id(work, operational_data.KIND), streams)


def _submodels(work: Work, collected: Collected) -> list[model.Submodel]:
    owned = _asset(work)
    interfaces = _interfaces(work, collected)
    live = OperationalData(
        _id(work, operational_data.KIND), {stream.name: stream.fields for stream in collected.streams}
    )
    mapping = asset_interfaces.Mapping(_id(work, asset_interfaces.MAPPING_KIND), interfaces, live.id)
    return [
        asset.identification(_id(work, asset.IDENTIFICATION_KIND), owned),
        asset.contact_information(_id(work, asset.CONTACT_KIND), owned),
        asset.technical_data(_id(work, asset.TECHNICAL_KIND), owned),
        operational_data.to_submodel(live),
        asset_interfaces.to_submodel(interfaces),
        asset_interfaces.mapping_to_submodel(mapping),
    ]


def _id(work: Work, kind: str) -> str:
    return work.names.submodel(work.recipe.id, kind)


def _asset(work: Work) -> Asset:
    owner, recipe = work.recipe.owner, work.recipe
    contact = Contact(
        company=owner.company,
        department=owner.department,
        street=owner.street,
        city=owner.city,
        zip_code=both(owner.zip_code, owner.zip_code),
        country=owner.country,
        phone=owner.phone,
        email=owner.email,
        role=in_all("collect-contact-role"),
    )
    return Asset(
        id=work.names.asset(recipe.id),
        name=recipe.equipment,
        manufacturer=owner.manufacturer,
        model=owner.model,
        serial_number=owner.serial_number,
        year=owner.year,
        contact=contact,
        parameters=owner.parameters,
    )


def _interfaces(work: Work, collected: Collected) -> AssetInterfaces:
    """The feeds of the recipe's streams; those of other streams that the shell describes stay."""
    before = work.twin.read(work.recipe.id, asset_interfaces.DESCRIPTION_KIND)
    there = {feed.stream: feed for feed in asset_interfaces.from_submodel(before).feeds} if before else {}
    ours = {stream.name: _feed(stream, there.get(stream.name)) for stream in collected.streams}
    return AssetInterfaces(_id(work, asset_interfaces.DESCRIPTION_KIND), tuple((there | ours).values()))


def _feed(stream: CollectedStream, before: Feed | None) -> Feed:
    return Feed(
        stream=stream.name,
        broker=stream.source,
        topic=stream.topic,
        payload="mos-type-4" if stream.shape == "narrow" else "flat-json",
        title=before.title if before else in_all("collect-feed", topic=stream.topic),
        fields=stream.fields,
    )


def _series(work: Work, stream: CollectedStream, counted: Counted, collected: Collected) -> TimeSeries:
    is_main = stream is collected.main
    id_short = time_series.KIND if is_main else f"{time_series.KIND}_{stream_id_short(stream.name)}"
    return TimeSeries(
        id=_id(work, id_short),
        id_short=id_short,
        name=in_all("collect-series", stream=stream.name),
        description=in_all("collect-series-description", topic=stream.topic, records=stream.records),
        fields=stream.fields,
        external=(_external(work, stream, counted),),
        linked=(_linked(work, stream, counted),),
        internal=_internal(work, id_short),
    )


def _internal(work: Work, id_short: str) -> tuple[model.SubmodelElementCollection, ...]:
    """Segments that people derived stay: the records they show are still in the lake. Each is taken out of the
    submodel that was read, as an element stands in one only."""
    before = work.twin.read(work.recipe.id, id_short)
    if before is None:
        return ()
    segments = before.get_referable("Segments")
    assert isinstance(segments, model.SubmodelElementCollection)
    found = time_series.from_submodel(before).internal
    for one in found:
        segments.remove_referable(str(one.id_short))
    return found


def _external(work: Work, stream: CollectedStream, counted: Counted) -> ExternalSegment:
    return ExternalSegment(
        id_short="StoredRecords",
        name=in_all("collect-external"),
        description=in_all("collect-external-description", version=stream.pin.version),
        records=stream.records,
        start=stream.first or "",
        end=stream.last or "",
        duration=_duration(stream.first, stream.last),
        sampling_interval=counted.interval,
        completed=True,
        last_update=counted.last_arrival or "",
        file=f"{_address(work, stream)}/versions/{stream.pin.version}/records.parquet",
    )


def _linked(work: Work, stream: CollectedStream, counted: Counted) -> LinkedSegment:
    return LinkedSegment(
        id_short="LiveRecords",
        name=in_all("collect-linked"),
        description=in_all("collect-linked-description"),
        records=stream.records,
        start=stream.first or "",
        end=stream.last or "",
        completed=False,
        last_update=counted.last_arrival or "",
        endpoint=f"{_address(work, stream)}/records",
        query="limit=100",
    )


def _address(work: Work, stream: CollectedStream) -> str:
    return f"{work.settings.base_url}/streams/{urllib.parse.quote(stream.name, safe='')}"


def _duration(first: str | None, last: str | None) -> str:
    """An ISO 8601 duration in days, hours, minutes and seconds; empty without times."""
    if first is None or last is None:
        return ""
    span = datetime.fromisoformat(last) - datetime.fromisoformat(first)
    hours, rest = divmod(timedelta(seconds=span.seconds), timedelta(hours=1))
    minutes, seconds = divmod(rest, timedelta(minutes=1))
    fraction = f"{seconds.seconds + span.microseconds / 1e6:f}".rstrip("0").rstrip(".")
    return f"P{span.days}DT{hours}H{minutes}M{fraction}S"
