"""Rows of the test part that equal, or nearly equal, a row of the training part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aas_server.product.train.bench import Bench
from aas_server.product.train.examples import Texts
from aas_server.product.train.settings import baseline


@dataclass(frozen=True, slots=True)
class Repeated:
    """By row of the test part. ``near`` holds for the equal ones as well."""

    same: NDArray[np.bool_]
    near: NDArray[np.bool_]


def repeated(bench: Bench) -> Repeated:
    """Equal in every feature; near: the same in every number to a share ``near`` of its spread over the training
    part (its 5 % to 95 % quantile), texts equal. Of pictures, equal ones only."""
    if bench.examples.pictures:
        same = _known(np.array(bench.examples.pictures, dtype=np.str_), bench)
        return Repeated(same, same)
    matrix, words = bench.examples.matrix, _codes(bench.examples.texts)
    same = _known(_hashes(matrix, words), bench)
    if not matrix.shape[1]:
        return Repeated(same, same)
    low, high = np.nanquantile(matrix[bench.train], (0.05, 0.95), axis=0)
    step = (high - low) * baseline().leaks.near
    near = _known(_hashes(matrix, words, np.where(step > 0, step, 0.0)), bench)
    return Repeated(same, near | same)


def _codes(texts: Texts) -> NDArray[np.uint64]:
    """Each text's place among its column's."""
    places = [np.unique(texts[:, column], return_inverse=True)[1] for column in range(texts.shape[1])]
    return np.array(places, dtype=np.uint64).reshape(len(places), texts.shape[0]).T


def _hashes(
    matrix: NDArray[np.float64], words: NDArray[np.uint64], step: NDArray[np.float64] | None = None
) -> NDArray[np.uint64]:
    """One number a row, the same for the same row: two others meet once in 2^64. ``step``: what each column is
    rounded to first (0: as it is)."""
    found = np.zeros(matrix.shape[0], np.uint64)
    for place in range(matrix.shape[1]):
        cells = matrix[:, place]
        if step is not None and step[place]:
            cells = np.round(cells / step[place])
        cells = np.where(np.isnan(cells), np.nan, cells + 0.0)  # one sort of NaN and of zero
        found = _mixed(found, np.ascontiguousarray(cells).view(np.uint64))
    for place in range(words.shape[1]):
        found = _mixed(found, words[:, place])
    return found


def _mixed(found: NDArray[np.uint64], more: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """splitmix64 (Steele, Lea, Flood 2014) over what was found so far and what comes next."""
    mixed = (found * np.uint64(0x9E3779B97F4A7C15)) ^ more
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _known(keys: NDArray[np.uint64] | NDArray[np.str_], bench: Bench) -> NDArray[np.bool_]:
    """Rows of the test part whose key a row of the training part bears."""
    return np.isin(keys[bench.test], keys[bench.train])
