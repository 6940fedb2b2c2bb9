"""Step 2 of the call: cleaned tables, every operation counted, every field with a meaning."""

from __future__ import annotations

import importlib.metadata
from dataclasses import replace
from zoneinfo import ZoneInfo

from aas_server.errors import BadInput
from aas_server.product.preprocess import cells, missing, pivot, repeated, times, writing
from aas_server.product.preprocess.bench import Bench, lay
from aas_server.product.work import Collected, CollectedStream, Prepared, PreparedTable, Work
from aas_server.store import records
from submodels import concepts, data_processing
from submodels.data_processing import Coverage, DataProcessing, Operation
from submodels.field import Field

_DISTRIBUTION = "aas-data-product-server"


def run(work: Work, collected: Collected) -> Prepared:
    """Clean every stream by the recipe; leave DataProcessing and the concept descriptions in the twin.

    Writes ``prepared/<stream>.parquet`` in the build's folder. Raises ``BadInput`` where the recipe names a
    column or stream that is not there, or where nothing is left of the main stream.
    """
    _check_names(work, collected)
    tables: list[PreparedTable] = []
    operations: list[Operation] = []
    for number, stream in enumerate(collected.streams):
        work.progress("preprocess", number, len(collected.streams))
        table, done = _prepare(work, stream)
        tables.append(table)
        operations += done
    if not tables[0].rows:
        raise BadInput("preprocess-nothing-left", stream=tables[0].stream, records=collected.main.records)
    fields = {
        table.stream: _described(table, stream) for table, stream in zip(tables, collected.streams, strict=True)
    }
    processing = DataProcessing(
        id=work.names.submodel(work.recipe.id, data_processing.KIND),
        inputs={stream.name: stream.pin.version for stream in collected.streams},
        operations=tuple(operations),
        fields=fields,
        coverage=_coverage(fields),
        software=f"{_DISTRIBUTION} {importlib.metadata.version(_DISTRIBUTION)}",
    )
    described = [field for stream in fields.values() for field in stream]
    work.twin.put_concepts(concepts.concept_descriptions(described))
    work.twin.put(work.recipe.id, data_processing.to_submodel(processing))
    return Prepared(tables[0], tuple(tables[1:]), processing)


def _prepare(work: Work, stream: CollectedStream) -> tuple[PreparedTable, list[Operation]]:
    scratch = work.folder / "spill"
    with records.connect(scratch) as connection:
        bench = lay(connection, _without_clash(stream), work.recipe, ZoneInfo(work.settings.zone))
        _operate(bench)
        path = work.folder / "prepared" / f"{stream.name}.parquet"
        writing.write(bench, path)
    fields = tuple(column.field for column in bench.columns)
    return PreparedTable(stream.name, path, bench.rows, fields), bench.operations


def _operate(bench: Bench) -> None:
    """All operations in their order; each is logged, also one that finds nothing to do."""
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
    missing.leave_out(bench)
    missing.drop_rows(bench)
    times.sort(bench)


def _without_clash(stream: CollectedStream) -> CollectedStream:
    """No field may be called ``Time`` in the prepared table, in whatever case: that is the record's time."""
    fields = tuple(
        replace(field, id_short=f"{field.id_short}_2") if field.id_short.lower() == "time" else field
        for field in stream.fields
    )
    return replace(stream, fields=fields)


def _described(table: PreparedTable, stream: CollectedStream) -> tuple[Field, ...]:
    """The mapping of a stream: what the table holds, then what the feed bears beside it (its time column)."""
    kept = {field.name for field in table.fields}
    return (*table.fields, *(field for field in stream.fields if field.name not in kept))


def _coverage(fields: dict[str, tuple[Field, ...]]) -> Coverage:
    every = [field for described in fields.values() for field in described]
    irdi = sum(field.origin == "irdi" for field in every)
    return Coverage(irdi, len(every) - irdi, 0)


def _check_names(work: Work, collected: Collected) -> None:
    """Whatever the recipe's cleaning names must be there: a misspelt column would silently clean nothing."""
    cleaning = work.recipe.cleaning
    known = {field.name for stream in collected.streams for field in stream.fields}
    for where, names in (("cleaning.codes", cleaning.codes), ("cleaning.key", cleaning.key)):
        for name in names:
            if name not in known:
                raise BadInput(
                    "preprocess-column-unknown", place=where, column=name, known=", ".join(sorted(known))
                )
    streams = [stream.name for stream in collected.streams]
    for offset in cleaning.clock_offsets:
        if offset.stream not in streams:
            raise BadInput("preprocess-stream-unknown", stream=offset.stream, known=", ".join(streams))
