"""Step 2 of the call: cleaned tables, every operation counted, every field with a meaning."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from aas_server.errors import BadInput
from aas_server.product.column_change import ColumnChange
from aas_server.product.preprocess import (
    cells,
    checks,
    compare,
    conversion,
    gaps,
    join,
    key,
    missing,
    outliers,
    persons,
    pivot,
    repeated,
    resample,
    row_rules,
    scale,
    secrets,
    stuck,
    times,
    writing,
)
from aas_server.product.preprocess.bench import Bench, lay
from aas_server.product.recipe import Recipe
from aas_server.product.row_cleaning import RowCleaning
from aas_server.product.work import Collected, CollectedStream, Prepared, PreparedTable, Work
from aas_server.standard.coverage import coverage
from aas_server.store import records
from submodels import concepts, data_processing
from submodels.data_processing import DataProcessing, Operation
from submodels.field import Field

_DISTRIBUTION = "aas-data-product-server"


def run(work: Work, collected: Collected) -> Prepared:
    """Clean every stream by the recipe; leave DataProcessing and the concept descriptions in the twin.

    Writes ``prepared/<stream>.parquet`` in the build's folder. Raises ``BadInput`` where the recipe names a
    column or stream that is not there, or where nothing is left of the main stream.
    """
    prepared = prepare(work, collected)
    described = [field for stream in prepared.processing.fields.values() for field in stream]
    work.twin.put_concepts(concepts.concept_descriptions(described))
    work.twin.put(work.recipe.id, data_processing.to_submodel(prepared.processing))
    return prepared


def prepare(work: Work, collected: Collected, *, lasting: bool = True) -> Prepared:
    """As ``run``, but leave nothing in the twin. Where the recipe keeps something back and the firm has no key for
    it yet one is made, to stay; for a look ahead (``lasting=False``) one that is forgotten."""
    zone = ZoneInfo(work.settings.zone)
    checks.check(work.recipe, collected, zone)
    cleaning = work.recipe.cleaning
    secret = key.load(work.store.folder, make=lasting) if cleaning.persons or cleaning.secrets else b""
    done: dict[str, _Done] = {}
    # Companions first: what the main stream is joined with must be finished, and kept back, by then.
    for number, stream in enumerate((*collected.companions, collected.main)):
        work.progress("preprocess", number, len(collected.streams))
        done[stream.name] = _prepare(work, stream, zone, secret, done)
    made = [done[stream.name] for stream in collected.streams]
    main, *companions = [one.table for one in made]
    if not main.rows:
        raise BadInput("preprocess-nothing-left", stream=main.stream, records=collected.main.records)
    fields = {
        stream.name: _described(work.recipe, one.table, stream)
        for one, stream in zip(made, collected.streams, strict=True)
    }
    processing = DataProcessing(
        id=work.names.submodel(work.recipe.id, data_processing.KIND),
        inputs={stream.name: stream.pin.version for stream in collected.streams},
        operations=tuple(operation for one in made for operation in one.operations),
        fields=fields,
        coverage=coverage(field for described in fields.values() for field in described),
        software=f"{_DISTRIBUTION} {importlib.metadata.version(_DISTRIBUTION)}",
    )
    changes = tuple(change for one in made for change in one.changes)
    return Prepared(main, tuple(companions), processing, changes, made[0].rules)


@dataclass(frozen=True, slots=True)
class _Done:
    """A stream after step 2."""

    table: PreparedTable
    operations: tuple[Operation, ...]
    changes: tuple[ColumnChange, ...]
    rules: RowCleaning


def _prepare(
    work: Work, stream: CollectedStream, zone: ZoneInfo, secret: bytes, others: Mapping[str, _Done]
) -> _Done:
    scratch = work.folder / "spill"
    with records.connect(scratch) as connection:
        bench = lay(connection, _without_clash(stream), work.recipe, zone, work.names)
        _operate(bench, secret, {name: one.table for name, one in others.items()})
        path = work.folder / "prepared" / f"{stream.name}.parquet"
        sold = writing.write(bench, path)
        table = PreparedTable(stream.name, path, bench.rows, tuple(column.field for column in bench.columns))
        rules = row_rules.rules(bench, {name: one.rules for name, one in others.items()})
        return _Done(table, tuple(bench.operations), compare.columns(bench, table, sold), rules)


def _operate(bench: Bench, secret: bytes, others: Mapping[str, PreparedTable]) -> None:
    """All operations in their order (``docs/preprocess.md`` gives the reasons). Those of the first two paragraphs
    are logged also where they find nothing to do, the others where the recipe asks for them."""
    times.zones(bench)
    times.put_right(bench)
    repeated.numbers_as_text(bench)
    repeated.remove(bench)
    times.distrust(bench)
    times.place_in_time(bench)

    if bench.stream.shape == "narrow":
        pivot.clean(bench)
        pivot.widen(bench)
    else:
        cells.clean(bench)

    scale.put_right(bench)
    conversion.convert(bench)
    stuck.find(bench)
    outliers.find(bench)
    resample.onto_grid(bench)
    gaps.fill(bench)
    if bench.stream.name == bench.recipe.streams[0]:
        join.companions(bench, others)

    missing.leave_out(bench)
    missing.drop_rows(bench)
    persons.pseudonymise(bench, secret)
    secrets.keep_back(bench, secret)
    times.sort(bench)


def _without_clash(stream: CollectedStream) -> CollectedStream:
    """No field may be called ``Time`` in the prepared table, in whatever case: that is the record's time."""
    fields = tuple(
        replace(field, id_short=f"{field.id_short}_2") if field.id_short.lower() == "time" else field
        for field in stream.fields
    )
    return replace(stream, fields=fields)


def _described(recipe: Recipe, table: PreparedTable, stream: CollectedStream) -> tuple[Field, ...]:
    """The mapping of a stream: what the table holds, then what the feed bears beside it (its time column), but for
    what the recipe keeps back."""
    kept = {field.name for field in table.fields}
    rest = [field for field in stream.fields if field.name not in kept]
    return (*table.fields, *(field for field in rest if not recipe.cleaning.hides(field.name)))
