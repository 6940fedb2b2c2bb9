"""From a client's rows to the matrix a model is fed: each name known, each cell a number or missing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aas_server.errors import BadInput
from aas_server.product.predicting.rows import Cell, Rows
from aas_server.product.predicting.signature import Feature, Signature

_LARGEST = float(np.finfo(np.float32).max)
_KNOWN_SHOWN = 40
_WORDS = {"true": 1.0, "false": 0.0}


@dataclass(frozen=True, slots=True)
class Inputs:
    """``matrix``: rows × number features (float32, NaN = missing); ``texts``: rows × text features (empty =
    missing). ``missing``, ``outside``: which cells were not given, or lie beyond the release's data (rows ×
    features). ``ignored``: columns that the model does not use."""

    matrix: NDArray[np.float32]
    texts: NDArray[np.object_]
    missing: NDArray[np.bool_]
    outside: NDArray[np.bool_]
    ignored: tuple[str, ...]


def inputs(rows: Rows, signature: Signature) -> Inputs:
    """The rows as the model takes them. A feature that a row does not hold is missing there.

    Raises ``BadInput`` for a column that no row of the release has, a feature given under two names, a cell that
    is no number, and a row that holds no feature at all.
    """
    given: dict[int, str] = {}
    ignored = []
    for name in rows.cells:
        place = signature.places.get(name)
        if place is None:
            if name not in signature.beside:
                raise _unknown(name, signature)
            ignored.append(name)
        elif place in given:
            raise BadInput("predict-column-twice", row=1, column=name, name=given[place])
        else:
            given[place] = name
    numbers = [one for one in signature.features if not one.is_text]
    matrix = np.full((rows.count, len(numbers)), np.nan)
    texts = np.full((rows.count, len(signature.features) - len(numbers)), "", dtype=np.object_)
    for place, name in given.items():
        if place < len(numbers):
            matrix[:, place] = _numbers(name, rows.cells[name], rows.text)
        else:
            texts[:, place - len(numbers)] = _texts(name, rows.cells[name])
    missing = np.hstack([np.isnan(matrix), texts == ""])
    _check_empty(missing, signature)
    unseen = np.zeros(texts.shape, dtype=np.bool_)
    outside = np.hstack([_outside(matrix, numbers), unseen])
    return Inputs(matrix.astype(np.float32), texts, missing, outside, tuple(ignored))


def _texts(name: str, cells: list[Cell]) -> list[str]:
    for row, cell in enumerate(cells, 1):
        if not isinstance(cell, str | None):
            raise BadInput("predict-number", row=row, column=name, value=str(cell)[:100])
    return [str(cell or "") for cell in cells]


def _numbers(name: str, cells: list[Cell], text: bool) -> NDArray[np.float64]:
    kinds = set(map(type, cells))
    if kinds <= {float, int, bool, type(None)} or text:
        try:
            numbers = np.array([np.nan if cell is None else float(cell) for cell in cells])
        except (ValueError, OverflowError):
            return _one_by_one(name, cells, text)
        known = np.array([cell is not None for cell in cells], dtype=np.bool_)
        if (np.abs(numbers[known]) <= _LARGEST).all():
            return numbers
    return _one_by_one(name, cells, text)


def _one_by_one(name: str, cells: list[Cell], text: bool) -> NDArray[np.float64]:
    """The same slowly: it finds the cell that is wrong."""
    numbers = np.full(len(cells), np.nan)
    for row, cell in enumerate(cells):
        if cell is not None:
            numbers[row] = _number(name, row + 1, cell, text)
    return numbers


def _number(name: str, row: int, cell: Cell, text: bool) -> float:
    if isinstance(cell, str) and text and cell.lower() in _WORDS:
        return _WORDS[cell.lower()]
    if isinstance(cell, str) and not text:
        raise BadInput("predict-text", row=row, column=name, value=cell[:100])
    try:
        number = float(cell or 0)
    except ValueError:
        raise BadInput("predict-text", row=row, column=name, value=str(cell)[:100]) from None
    except OverflowError:
        number = math.inf
    if not abs(number) <= _LARGEST:
        raise BadInput("predict-not-finite", row=row, column=name, value=str(cell)[:100])
    return number


def _check_empty(missing: NDArray[np.bool_], signature: Signature) -> None:
    empty = missing.all(axis=1)
    if empty.any():
        row = int(np.flatnonzero(empty)[0]) + 1
        raise BadInput("predict-row-empty", row=row, known=_listed(signature))


def _outside(matrix: NDArray[np.float64], features: Sequence[Feature]) -> NDArray[np.bool_]:
    low = np.array([-np.inf if one.low is None else one.low for one in features])
    high = np.array([np.inf if one.high is None else one.high for one in features])
    return np.asarray((matrix < low) | (matrix > high))


def _unknown(name: str, signature: Signature) -> BadInput:
    return BadInput("predict-column-unknown", column=name[:100], known=_listed(signature))


def _listed(signature: Signature) -> str:
    names = [feature.id_short for feature in signature.features]
    return ", ".join(names[:_KNOWN_SHOWN]) + (", …" if len(names) > _KNOWN_SHOWN else "")
