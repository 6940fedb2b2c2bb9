"""A product begun: a first ``product.toml`` for streams that came in, proposed from what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aas_server.errors import BadInput, Conflict, NotFound
from aas_server.ids import Names, slug
from aas_server.ingest import feeds
from aas_server.product import propose, record
from aas_server.product.recipe import Recipe, keeping
from aas_server.store.contract import Store, StreamFacts
from aas_server.store.parquet import quoted, reader
from aas_server.store.records import own_columns
from connectors.payloads import stamps

_MOST_VALUES = 1000
"""Of a label: more than there may be classes, few enough to hold."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody asks for. ``streams``: names, the first is the main one. ``label``: a field (wide) or tag
    (narrow) of it. ``title``: what people call the product, in place of its id."""

    product: str
    streams: tuple[str, ...]
    label: str | None = None
    title: str | None = None


def begin(store: Store, names: Names, plan: Plan) -> Recipe:
    """Write the product's first recipe, and note the product so that pages and commands show it.

    Raises ``BadInput`` where the id can't name a folder, or the label is no field of the main stream or has one
    value; ``NotFound`` for a stream without records; ``Conflict`` where there is such a product.
    """
    if slug(plan.product) != plan.product:
        raise BadInput("product-id-unusable", given=plan.product, better=slug(plan.product))
    if keeping.place(store.folder, plan.product).exists():
        raise Conflict("product-there-already", product=plan.product)
    main, *_ = facts = [_facts(store, stream) for stream in plan.streams]
    fields = _fields(store, main)
    recipe = propose.recipe(
        product=plan.product,
        name=plan.title or plan.product,
        streams=tuple(one.name for one in facts),
        columns=fields,
        time=_time(store, main, fields),
        label=plan.label,
        label_counts=_label_counts(store, main, plan.label, fields) if plan.label else {},
    )
    keeping.begin(store.folder, recipe)
    record.put_product(store.catalogue, record.begun(store.catalogue, recipe, names))
    return recipe


def _value_counts(store: Store, stream: StreamFacts, field: str) -> Mapping[str, int]:
    """How often each value (as text) stands in a field (wide) or under a tag (narrow); of a field of readings some
    of its values, what is no number before all others."""
    if stream.shape == "narrow":
        told = "SELECT coalesce(text, number::VARCHAR) AS told FROM records WHERE tag = ?"
        rows = _asked(store, stream, _counted(told), [field])
    else:
        rows = _asked(store, stream, _counted(f"SELECT {quoted(field)}::VARCHAR AS told FROM records"))  # noqa: S608
    return {str(value): int(str(count)) for value, count in rows}


def _counted(told: str) -> str:
    return (
        f"SELECT told, count(*) FROM ({told}) WHERE told IS NOT NULL GROUP BY told "  # noqa: S608
        f"ORDER BY TRY_CAST(told AS DOUBLE) IS NOT NULL, told LIMIT {_MOST_VALUES}"
    )


def _facts(store: Store, stream: str) -> StreamFacts:
    try:
        store.lake.pin(stream)
        return feeds.facts(store.catalogue, stream)
    except NotFound:
        raise NotFound("stream-not-found", stream=stream) from None


def _fields(store: Store, stream: StreamFacts) -> tuple[str, ...]:
    if stream.shape != "narrow":
        return tuple(own_columns(store.lake.schema(stream.name)))
    found = _asked(store, stream, "SELECT DISTINCT tag FROM records WHERE tag IS NOT NULL ORDER BY tag")
    return tuple(str(tag) for (tag,) in found)


def _time(store: Store, stream: StreamFacts, fields: Iterable[str]) -> str | None:
    """The field that the records' times were read from; ``None`` where messages bear them, or nothing does."""
    declared = feeds.declaration(store.catalogue, stream.name).time_column
    if declared is not None or stream.shape == "narrow":
        return declared
    ((timed,),) = _asked(store, stream, "SELECT count(time) FROM records")
    return next(iter(stamps.candidates(tuple(fields))), None) if timed else None


def _label_counts(store: Store, stream: StreamFacts, label: str, fields: tuple[str, ...]) -> Mapping[str, int]:
    if label not in fields:
        raise BadInput("product-label-missing", label=label, stream=stream.name, known=", ".join(fields))
    counts = _value_counts(store, stream, label)
    if len(counts) < 2:
        values = ", ".join(counts) or "–"
        raise BadInput("product-label-one-value", label=label, stream=stream.name, values=values)
    return counts


def _asked(
    store: Store, stream: StreamFacts, question: str, values: Iterable[str] = ()
) -> list[tuple[object, ...]]:
    lake = store.lake
    with reader({"records": lake.paths(lake.pin(stream.name))}) as database:
        found: list[tuple[object, ...]] = database.execute(question, list(values)).fetchall()
    return found
