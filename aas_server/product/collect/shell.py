"""The submodels that step 1 leaves in the product's shell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from basyx.aas import model

from aas_server.ingest import binding
from aas_server.messages import in_all
from aas_server.product.collect.counting import Counted
from aas_server.product.series import segments
from aas_server.product.work import Collected, CollectedStream, Work
from aas_server.twin.series import sources
from submodels import asset, asset_interfaces, operational_data, time_series
from submodels.asset import Asset, Contact
from submodels.asset_interfaces import AssetInterfaces, Feed
from submodels.operational_data import OperationalData, stream_id_short
from submodels.text import both
from submodels.time_series import TimeSeries


def describe(work: Work, collected: Collected, counts: Mapping[str, Counted]) -> None:
    """Put all of them; ``counts`` by stream. What was there and is the same is not written again.

    The shell goes to buyers: of columns that the recipe keeps back it bears no value, of those it drops no name.
    """
    collected, described = _without(collected, work.recipe.cleaning.hides), _described(work, collected)
    series = [_series(work, stream, counts[stream.name], collected) for stream in collected.streams]
    for submodel in [*_submodels(work, collected, described), *map(time_series.to_submodel, series)]:
        work.twin.put(work.recipe.id, submodel)
    for stream, one in zip(collected.streams, series, strict=True):
        sources.keep(work.store.catalogue, one.id, stream.name, stream.fields)
    streams = {stream.name: stream.fields for stream in collected.streams}
    binding.bind(work.store.catalogue, _id(work, operational_data.KIND), streams)


def _without(collected: Collected, kept_back: Callable[[str], bool]) -> Collected:
    """What was collected, as if the feeds had no such fields."""

    def open_(stream: CollectedStream) -> CollectedStream:
        return replace(stream, fields=tuple(field for field in stream.fields if not kept_back(field.name)))

    return replace(collected, main=open_(collected.main), companions=tuple(map(open_, collected.companions)))


def _described(work: Work, collected: Collected) -> Collected:
    """What the feeds bear. A range would tell of values that are kept back."""
    cleaning = work.recipe.cleaning

    def rangeless(stream: CollectedStream) -> CollectedStream:
        fields = tuple(
            replace(field, minimum=None, maximum=None) if cleaning.hides(field.name) else field
            for field in stream.fields
        )
        return replace(stream, fields=fields)

    rest = _without(collected, cleaning.drops)
    return replace(rest, main=rangeless(rest.main), companions=tuple(map(rangeless, rest.companions)))


def _submodels(work: Work, collected: Collected, described: Collected) -> list[model.Submodel]:
    """``collected``: what has live values; ``described``: what the feeds bear."""
    owned = _asset(work)
    interfaces = _interfaces(work, described)
    live = _live(work, collected)
    bound = _interfaces(work, collected)
    mapping = asset_interfaces.Mapping(_id(work, asset_interfaces.MAPPING_KIND), bound, live.id)
    return [
        asset.identification(_id(work, asset.IDENTIFICATION_KIND), owned),
        asset.contact_information(_id(work, asset.CONTACT_KIND), owned),
        asset.technical_data(_id(work, asset.TECHNICAL_KIND), owned),
        operational_data.to_submodel(live),
        asset_interfaces.to_submodel(interfaces),
        asset_interfaces.mapping_to_submodel(mapping),
    ]


def _live(work: Work, collected: Collected) -> OperationalData:
    """The live values of the recipe's streams; those of other streams that the shell describes stay."""
    before = work.twin.read(work.recipe.id, operational_data.KIND)
    there = operational_data.from_submodel(before).streams if before else {}
    ours = {stream.name: stream.fields for stream in collected.streams}
    return OperationalData(_id(work, operational_data.KIND), {**there, **ours})


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
    held = segments.Held(
        stream=stream.name,
        topic=stream.topic,
        records=stream.records,
        first=stream.first or "",
        last=stream.last or "",
        last_arrival=counted.last_arrival or "",
        interval=counted.interval,
        pinned=stream.pin.version,
    )
    return segments.time_series(
        _id(work, id_short),
        id_short,
        held,
        stream.fields,
        work.settings.base_url,
        _internal(work, id_short, stream),
    )


def _internal(work: Work, id_short: str, stream: CollectedStream) -> tuple[model.SubmodelElementCollection, ...]:
    """Segments that people derived stay: the records they show are still in the lake. Each is taken out of the
    submodel that was read, as an element stands in one only. One that shows what is kept back by now goes."""
    before = work.twin.read(work.recipe.id, id_short)
    if before is None:
        return ()
    holder = before.get_referable("Segments")
    assert isinstance(holder, model.SubmodelElementCollection)
    known = {field.id_short for field in stream.fields}
    shown = {field.id_short for field in time_series.from_submodel(before).fields}
    if shown - known:
        return ()
    found = time_series.from_submodel(before).internal
    for one in found:
        holder.remove_referable(str(one.id_short))
    return found
