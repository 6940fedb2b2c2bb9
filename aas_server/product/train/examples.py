"""The rows a model learns from: numbers by feature, in the order of time, with what was left out and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from aas_server.errors import BadInput
from aas_server.messages import in_all
from aas_server.product import labels
from aas_server.product.recipe import Label, Recipe
from aas_server.product.train.words import listed
from aas_server.product.work import PreparedTable
from submodels.field import Field
from submodels.text import Text

TIME = "Time"


@dataclass(frozen=True, slots=True)
class Examples:
    """``matrix`` is rows × features (float64, NaN where missing); ``times`` µs since 1970, ascending, or ``None``
    where rows stand in their own order; ``defect`` says which rows are bad, or ``None`` without a label."""

    names: tuple[str, ...]
    matrix: NDArray[np.float64]
    times: NDArray[np.int64] | None
    defect: NDArray[np.bool_] | None
    notes: tuple[Text, ...]

    @property
    def rows(self) -> int:
        return int(self.matrix.shape[0])

    def without_empty(self, train_rows: int) -> Examples:
        """Without columns that say nothing in the training part: no value at all, or one and the same."""
        train = self.matrix[:train_rows]
        varies = [_varies(train[:, column]) for column in range(len(self.names))]
        silent = [name for name, kept in zip(self.names, varies, strict=True) if not kept]
        names = tuple(name for name, kept in zip(self.names, varies, strict=True) if kept)
        notes = (in_all("train-note-constant", columns=listed(silent)),) if silent else ()
        return replace(self, names=names, matrix=self.matrix[:, varies], notes=(*self.notes, *notes))


def read(table: PreparedTable, recipe: Recipe) -> Examples:
    """The prepared main table as examples.

    Raises ``BadInput`` where the label's column is not in the table.
    """
    content = pq.read_table(table.path)
    features, notes = _features(table.fields, recipe, content.schema)
    matrix = np.column_stack([_numbers(content[name]) for name in features] or [np.empty((content.num_rows, 0))])
    defect, known, label_notes = _labels(table, recipe.label, content)
    times, timed, time_notes = _times(content)
    kept = known & timed
    order = np.flatnonzero(kept)
    if times is not None:
        order = order[np.argsort(times[order], kind="stable")]
    return Examples(
        names=tuple(features),
        matrix=matrix[order],
        times=None if times is None else times[order],
        defect=None if defect is None else defect[order],
        notes=(*notes, *label_notes, *time_notes),
    )


def _features(fields: Sequence[Field], recipe: Recipe, schema: pa.Schema) -> tuple[list[str], list[Text]]:
    label = recipe.label.column if recipe.label else None
    features, texts, by_recipe, other = [], [], [], []
    for field in fields:
        if field.id_short not in schema.names or label in (field.name, field.id_short):
            continue
        if field.name in recipe.modelling.leave_out or field.id_short in recipe.modelling.leave_out:
            by_recipe.append(field.id_short)
        elif field.role not in ("feature", "text"):
            other.append(field.id_short)
        elif _is_number(schema.field(field.id_short).type):
            features.append(field.id_short)
        else:
            texts.append(field.id_short)
    reasons = (("train-note-recipe", by_recipe), ("train-note-role", other), ("train-note-text", texts))
    return features, [in_all(key, columns=listed(names)) for key, names in reasons if names]


def _is_number(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(
        types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind) or types.is_decimal(kind)
    )


def _numbers(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """As float64, NaN where there is no value or none that a float32 (what ONNX is fed) can hold."""
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    numbers = np.array(column.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64)
    numbers[~(np.abs(numbers) <= np.finfo(np.float32).max)] = np.nan
    return numbers


def _varies(column: NDArray[np.float64]) -> bool:
    seen = column[~np.isnan(column)].astype(np.float32)
    return bool(seen.size and (seen != seen[0]).any())


def _labels(
    table: PreparedTable, label: Label | None, content: pa.Table
) -> tuple[NDArray[np.bool_] | None, NDArray[np.bool_], list[Text]]:
    everyone = np.ones(content.num_rows, dtype=np.bool_)
    if label is None:
        return None, everyone, []
    column = _label_column(table, label.column, content.schema.names)
    values = [labels.plain(value) for value in content[column].to_pylist()]
    bad = labels.defects(label)
    defect = np.array([value in bad for value in values], dtype=np.bool_)
    known = np.array([value is not None for value in values], dtype=np.bool_)
    notes = []
    if not known.all():
        notes.append(in_all("train-note-unlabelled", rows=int((~known).sum()), column=column))
    if not defect.any():
        present = sorted({value for value in values if value is not None})
        wanted, found = listed(list(label.defect)), listed(present)
        notes.append(in_all("train-note-no-defect", column=column, wanted=wanted, found=found))
    return defect, known, notes


def _label_column(table: PreparedTable, wanted: str, present: Sequence[str]) -> str:
    for field in table.fields:
        if wanted in (field.name, field.id_short) and field.id_short in present:
            return field.id_short
    raise BadInput(
        "train-label-missing", column=wanted, stream=table.stream, columns=listed([f.name for f in table.fields])
    )


def _times(content: pa.Table) -> tuple[NDArray[np.int64] | None, NDArray[np.bool_], list[Text]]:
    everyone = np.ones(content.num_rows, dtype=np.bool_)
    if TIME not in content.schema.names or not pa.types.is_timestamp(content.schema.field(TIME).type):
        return None, everyone, [in_all("train-note-no-time")]
    column = content[TIME]
    timed = np.array(column.is_valid().to_numpy(), dtype=np.bool_)
    if not timed.any():
        return None, everyone, [in_all("train-note-no-time")]
    zone = column.type.tz
    micros = column.cast(pa.timestamp("us", tz=zone), safe=False).cast(pa.int64()).fill_null(0)
    missing = int((~timed).sum())
    notes = [in_all("train-note-untimed", rows=missing)] if missing else []
    return np.array(micros.to_numpy(), dtype=np.int64), timed, notes
