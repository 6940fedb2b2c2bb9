"""The rows a model learns from, in the order of time, with what was left out and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from aas_server.errors import BadInput
from aas_server.messages import in_all
from aas_server.product import labels
from aas_server.product.recipe import Life, Recipe
from aas_server.product.train import columns, lifetimes, target
from aas_server.product.train.columns import Chosen
from aas_server.product.train.settings import baseline
from aas_server.product.train.target import Read, Target
from aas_server.product.train.words import listed
from aas_server.product.work import PreparedTable
from submodels.text import Text

Texts = NDArray[np.object_]
Cell = TypeVar("Cell", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Examples:
    """``matrix`` is rows × ``names`` (float64, NaN where missing), ``texts`` rows × ``text_names`` (empty where
    missing); ``pictures`` each row's digest, learnt from instead; ``times`` µs since 1970, ascending, or ``None``
    where rows stand in their own order; ``groups`` each row's group, where one is declared."""

    names: tuple[str, ...]
    matrix: NDArray[np.float64]
    text_names: tuple[str, ...]
    texts: Texts
    target: Target
    times: NDArray[np.int64] | None
    groups: NDArray[np.str_] | None
    notes: tuple[Text, ...]
    picture: str | None = None
    pictures: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        return int(self.matrix.shape[0])

    def at(self, rows: NDArray[np.int64]) -> Examples:
        return replace(
            self,
            matrix=self.matrix[rows],
            texts=self.texts[rows],
            target=self.target.at(rows),
            times=None if self.times is None else self.times[rows],
            groups=None if self.groups is None else self.groups[rows],
            pictures=tuple(self.pictures[row] for row in rows) if self.pictures else (),
        )

    def without_empty(self, train: NDArray[np.int64]) -> Examples:
        """Without columns that say nothing in the training part (no value at all, or one and the same), and
        without texts that are no categories there."""
        varies = np.array([_varies(self.matrix[train, place]) for place in range(len(self.names))], dtype=np.bool_)
        kinds = [len(set(self.texts[train, place])) for place in range(len(self.text_names))]
        most = baseline().limits.max_categories
        says = np.array([1 < kind <= most for kind in kinds], dtype=np.bool_)
        silent = [name for name, kept in zip(self.names, varies, strict=True) if not kept]
        silent += [name for name, kind in zip(self.text_names, kinds, strict=True) if kind < 2]
        free = [name for name, kind in zip(self.text_names, kinds, strict=True) if kind > most]
        notes = list(self.notes)
        notes += [in_all("train-note-constant", columns=listed(silent))] if silent else []
        notes += [in_all("train-note-text", columns=listed(free), most=most)] if free else []
        return replace(
            self,
            names=_kept(self.names, varies),
            matrix=self.matrix[:, varies],
            text_names=_kept(self.text_names, says),
            texts=self.texts[:, says],
            notes=tuple(notes),
        )


def read(table: PreparedTable, recipe: Recipe) -> Examples:
    """The prepared main table as examples.

    Raises ``BadInput`` where a column that the recipe names is not there, or the label does not fit the task.
    """
    content = pq.read_table(table.path)
    times, timed, time_notes = columns.times(content)
    groups, group_name = _groups(table, recipe, content)
    order = np.flatnonzero(timed)
    if times is not None:
        order = order[np.argsort(times[order], kind="stable")]
    aimed, never = _target(table, recipe, content, order, _at(times, order), _at(groups, order))
    chosen = columns.choose(table.fields, recipe, content.schema, [*never, *([group_name] if group_name else [])])
    kept = np.flatnonzero(aimed.known)
    rows = order[kept]
    matrix, texts = _cells(content, chosen)
    return Examples(
        names=() if chosen.picture else chosen.numbers,
        matrix=matrix[rows],
        text_names=() if chosen.picture else chosen.texts,
        texts=texts[rows],
        target=aimed.target.at(kept),
        times=_at(times, rows),
        groups=_at(groups, rows),
        notes=(*chosen.notes, *aimed.notes, *time_notes),
        picture=chosen.picture,
        pictures=_digests(content, chosen.picture, rows),
    )


def _cells(content: pa.Table, chosen: Chosen) -> tuple[NDArray[np.float64], Texts]:
    empty = np.empty((content.num_rows, 0))
    if chosen.picture:
        return empty, empty.astype(object)
    matrix = np.column_stack([columns.numbers(content[name]) for name in chosen.numbers] or [empty])
    texts = np.column_stack([columns.texts(content[name]) for name in chosen.texts] or [empty.astype(object)])
    return matrix, texts


def _digests(content: pa.Table, picture: str | None, rows: NDArray[np.int64]) -> tuple[str, ...]:
    if picture is None:
        return ()
    named = content[picture].to_pylist()
    return tuple(named[row] or "" for row in rows)


def _groups(table: PreparedTable, recipe: Recipe, content: pa.Table) -> tuple[NDArray[np.str_] | None, str | None]:
    wanted = recipe.modelling.group
    if wanted is None:
        if recipe.modelling.split == "group":
            raise BadInput("train-group-undeclared", columns=listed([field.name for field in table.fields]))
        return None, None
    field = columns.named(table, wanted, content.schema.names, "train-group-missing")
    values = [labels.plain(value) or "" for value in content[field.id_short].to_pylist()]
    return np.array(values, dtype=np.str_), field.id_short


def _target(
    table: PreparedTable,
    recipe: Recipe,
    content: pa.Table,
    order: NDArray[np.int64],
    times: NDArray[np.int64] | None,
    groups: NDArray[np.str_] | None,
) -> tuple[Read, list[str]]:
    """The target of each row of ``order``, in that order, and the columns that are its making."""
    how = recipe.modelling
    if how.life is not None or (how.task == "remaining-useful-life" and recipe.label is None):
        if how.task not in (None, "remaining-useful-life"):
            raise BadInput("train-life-other-task", task=how.task)
        return _life(table, how.life or Life(), content, order, times, groups)
    if recipe.label is not None:
        field = columns.named(table, recipe.label.column, content.schema.names, "train-label-missing")
        unit = field.unit.symbol if field.unit else ""
        return target.of_label(content[field.id_short].take(order), recipe.label, field.id_short, recipe, unit), []
    if how.task in ("classification", "regression"):
        raise BadInput("train-label-undeclared", task=how.task)
    return Read(Target("anomaly-detection"), np.ones(order.size, np.bool_), ()), []


def _life(
    table: PreparedTable,
    life: Life,
    content: pa.Table,
    order: NDArray[np.int64],
    times: NDArray[np.int64] | None,
    groups: NDArray[np.str_] | None,
) -> tuple[Read, list[str]]:
    used = []
    failed = None
    if life.column is not None:
        field = columns.named(table, life.column, content.schema.names, "train-life-column-missing")
        wanted = {labels.plain(value) for value in life.failure}
        failed = np.array(
            [labels.plain(value) in wanted for value in content[field.id_short].take(order).to_pylist()]
        )
        used.append(field.id_short)
    elif groups is None:
        raise BadInput("train-life-undeclared")
    unit = "h"
    if life.clock is not None:
        field = columns.named(table, life.clock, content.schema.names, "train-life-clock-missing")
        clock, unit = columns.numbers(content[field.id_short].take(order)), field.unit.symbol if field.unit else ""
        used.append(field.id_short)
    elif times is not None:
        clock = times / lifetimes.HOUR
    else:
        raise BadInput("train-life-no-clock")
    units = np.zeros(order.size, np.int64) if groups is None else np.unique(groups, return_inverse=True)[1]
    lives = lifetimes.measure(clock, units, failed, life.most)
    known = np.isfinite(lives.left)
    if not lives.ends or not known.any():
        raise BadInput("train-life-no-failure", column=life.column, wanted=listed(list(life.failure)))
    notes = [in_all("train-note-life", failures=lives.ends, units=int(np.unique(units).size))]
    if lives.open:
        notes.append(in_all("train-note-life-open", rows=lives.open))
    if life.most is not None:
        notes.append(in_all("train-note-life-most", most=life.most))
    return Read(Target("remaining-useful-life", values=lives.left, unit=unit), known, tuple(notes)), used


def _at(values: NDArray[Cell] | None, rows: NDArray[np.int64]) -> NDArray[Cell] | None:
    return None if values is None else values[rows]


def _kept(names: tuple[str, ...], which: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(name for name, kept in zip(names, which, strict=True) if kept)


def _varies(column: NDArray[np.float64]) -> bool:
    seen = column[~np.isnan(column)].astype(np.float32)
    return bool(seen.size and (seen != seen[0]).any())
