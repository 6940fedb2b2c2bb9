"""The columns of the prepared table: which of them a model may learn from, and why not the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from aas_server.errors import BadInput
from aas_server.messages import in_all
from aas_server.product.recipe import Recipe
from aas_server.product.train.words import listed
from aas_server.product.work import PreparedTable
from submodels.field import Field
from submodels.text import Text

TIME = "Time"
PICTURE, MEDIA_TYPE = "image", "media_type"
"""Columns of a stream of pictures: the digest of each, and its type."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """idShorts of the columns of numbers and of text that may be features; ``picture``: that of the pictures,
    which are then learnt from instead."""

    numbers: tuple[str, ...]
    texts: tuple[str, ...]
    picture: str | None
    notes: tuple[Text, ...]


def choose(fields: Sequence[Field], recipe: Recipe, schema: pa.Schema, never: Sequence[str]) -> Chosen:
    """``never``: idShorts that are no features whatever they hold: the label, the group, the clock of a life."""
    left_out = recipe.modelling.leave_out
    numbers, texts, by_recipe, other, asked = [], [], [], [], []
    present = {field.name: field.id_short for field in fields if field.id_short in schema.names}
    for field in fields:
        name = field.id_short
        if name not in schema.names or _is_label(field, recipe):
            continue
        if field.name in left_out or name in left_out:
            by_recipe.append(name)
        elif name in never:
            asked.append(name)
        elif field.role not in ("feature", "text"):
            other.append(name)
        elif is_number(schema.field(name).type):
            numbers.append(name)
        else:
            texts.append(name)
    picture = present.get(PICTURE) if MEDIA_TYPE in present else None
    reasons = (("train-note-recipe", by_recipe), ("train-note-asked", asked), ("train-note-role", other))
    notes = tuple(in_all(key, columns=listed(names)) for key, names in reasons if names)
    return Chosen(tuple(numbers), tuple(texts), None if picture in by_recipe else picture, notes)


def named(table: PreparedTable, wanted: str, present: Sequence[str], key: str) -> Field:
    """The field called ``wanted`` (its raw name or idShort). Raises ``BadInput`` with ``key``."""
    for field in table.fields:
        if wanted in (field.name, field.id_short) and field.id_short in present:
            return field
    names = listed([field.name for field in table.fields])
    raise BadInput(key, column=wanted, stream=table.stream, columns=names)


def is_number(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(
        types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind) or types.is_decimal(kind)
    )


def numbers(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """As float64, NaN where there is no value or none that a float32 (what ONNX is fed) can hold."""
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    read = np.array(column.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64)
    read[~(np.abs(read) <= np.finfo(np.float32).max)] = np.nan
    return read


def texts(column: pa.ChunkedArray) -> NDArray[np.str_]:
    """As text; empty where there is none."""
    return np.array([value or "" for value in column.cast(pa.string()).to_pylist()], dtype=object)


def times(content: pa.Table) -> tuple[NDArray[np.int64] | None, NDArray[np.bool_], list[Text]]:
    """``(microseconds since 1970 or None, which rows bear a time, notes)``."""
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


def _is_label(field: Field, recipe: Recipe) -> bool:
    return recipe.label is not None and recipe.label.column in (field.name, field.id_short)
