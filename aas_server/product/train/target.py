"""What is to be learnt: which task, and the answer of each row as a class or a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from aas_server.errors import BadInput
from aas_server.messages import in_all
from aas_server.product import labels
from aas_server.product.recipe import Label, Recipe
from aas_server.product.train.settings import baseline
from aas_server.product.train.words import listed
from submodels.ai_model import Task
from submodels.text import Text

LABELS = ("good", "defect")
NUMBERS: tuple[Task, ...] = ("regression", "remaining-useful-life")


@dataclass(frozen=True, slots=True)
class Target:
    """``codes``: the place of each row's class among ``classes`` (of ``LABELS``, 1 is the defect); ``values``: its
    number in ``unit``. Neither without a label. ``column``: the label's idShort."""

    task: Task
    column: str | None = None
    classes: tuple[str, ...] = ()
    codes: NDArray[np.int64] | None = None
    values: NDArray[np.float64] | None = None
    unit: str = ""

    @property
    def known(self) -> bool:
        return self.codes is not None or self.values is not None

    @property
    def is_defect(self) -> bool:
        """Whether the classes are good and defect."""
        return self.classes == LABELS

    @property
    def rows(self) -> int:
        """How many rows bear it; 0 without a label."""
        held = self.codes if self.codes is not None else self.values
        return 0 if held is None else int(held.size)

    @property
    def rarest(self) -> int:
        """Defects, or rows of the rarest class that occurs; 0 without classes."""
        counts = self.counts()
        if not counts.any():
            return 0
        return int(counts[1] if self.is_defect else counts[counts > 0].min())

    def at(self, rows: NDArray[np.int64] | slice) -> Target:
        """Of these rows only."""
        return replace(
            self,
            codes=None if self.codes is None else self.codes[rows],
            values=None if self.values is None else self.values[rows],
        )

    def counts(self) -> NDArray[np.int64]:
        """Rows of each class."""
        if self.codes is None:
            return np.zeros(len(self.classes), np.int64)
        return np.bincount(self.codes, minlength=len(self.classes)).astype(np.int64)


def of_label(column: pa.ChunkedArray, label: Label, id_short: str, recipe: Recipe, unit: str) -> Read:
    """The label's column as a target.

    Raises ``BadInput`` where its values don't fit the task: one class, too many, or no number.
    """
    texts, places = _plain(column)
    if len(column) and all(text is None for text in texts):
        raise BadInput("train-label-empty", column=id_short, rows=len(column))
    task = recipe.modelling.task or _task(texts, label)
    if task in NUMBERS:
        return _numbers(texts, places, task, id_short, unit)
    return _classes(texts, places, task, label, id_short)


@dataclass(frozen=True, slots=True)
class Read:
    """A target for every row; rows that are not ``known`` have no label and count for nothing."""

    target: Target
    known: NDArray[np.bool_]
    notes: tuple[Text, ...]


def _plain(column: pa.ChunkedArray) -> tuple[list[str | None], NDArray[np.int64]]:
    """The distinct values as plain text, and each row's place among them."""
    whole = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    joined = whole.dictionary_encode()
    texts: list[str | None] = [labels.plain(value) for value in joined.dictionary.to_pylist()]
    places = np.asarray(joined.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False), dtype=np.int64)
    return [*texts, None], places


def _task(texts: Sequence[str | None], label: Label) -> Task:
    """By the label's kind: classes, but for numbers with many values, which must be declared."""
    known = {text for text in texts if text is not None}
    most = baseline().limits.max_classes
    if not label.defect and len(known) > most:
        key = "train-many-numbers" if all(map(labels.is_number, known)) else "train-many-classes"
        raise BadInput(key, column=label.column, values=len(known), most=most)
    return "classification"


def _numbers(texts: Sequence[str | None], places: NDArray[np.int64], task: Task, id_short: str, unit: str) -> Read:
    wrong = next((text for text in texts if text is not None and not labels.is_number(text)), None)
    if wrong is not None:
        raise BadInput("train-label-no-number", column=id_short, value=wrong, task=task)
    read = np.array([np.nan if text is None else float(text) for text in texts])
    values = read[places]
    known = np.isfinite(values)
    if known.any() and (values[known] == values[known][0]).all():
        raise BadInput("train-one-number", column=id_short, value=f"{values[known][0]:.12g}")
    return Read(Target(task, id_short, values=values, unit=unit), known, _unlabelled(known, id_short))


def _classes(
    texts: Sequence[str | None], places: NDArray[np.int64], task: Task, label: Label, id_short: str
) -> Read:
    present = sorted({text for text in texts if text is not None}, key=_order)
    if label.defect:
        bad = labels.defects(label)
        classes: tuple[str, ...] = LABELS
        codes_of = [int(text in bad) for text in texts]
        seen = {code for code, text in zip(codes_of, texts, strict=True) if text is not None}
    else:
        classes = tuple(present)
        codes_of = [0 if text is None else present.index(text) for text in texts]
        seen = set(range(len(present)))
    if len(classes) > baseline().limits.max_classes:
        most = baseline().limits.max_classes
        raise BadInput("train-many-classes", column=id_short, values=len(classes), most=most)
    codes = np.array(codes_of, dtype=np.int64)[places]
    known = places != len(texts) - 1
    known &= np.array([text is not None for text in texts])[places]
    if len(seen) < 2 and task == "classification":
        raise BadInput(
            "train-one-class",
            column=id_short,
            rows=int(known.sum()),
            found=listed(present) or "–",
            wanted=listed(list(label.defect)) or "–",
        )
    notes = list(_unlabelled(known, id_short))
    if label.defect and 1 not in seen:
        wanted, found = listed(list(label.defect)), listed(present)
        notes.append(in_all("train-note-no-defect", column=id_short, wanted=wanted, found=found))
    return Read(Target(task, id_short, classes, codes=codes), known, tuple(notes))


def _unlabelled(known: NDArray[np.bool_], column: str) -> tuple[Text, ...]:
    missing = int((~known).sum())
    return (in_all("train-note-unlabelled", rows=missing, column=column),) if missing else ()


def _order(text: str) -> tuple[bool, float, str]:
    """Numbers by size, before texts by letter."""
    return (False, float(text), text) if labels.is_number(text) else (True, 0.0, text)
