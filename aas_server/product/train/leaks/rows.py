"""Rows of the test part that equal, or nearly equal, a row of the training part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aas_server.product.train.bench import Bench
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
        digests = np.array(bench.examples.pictures, dtype=object)
        same = _known(digests[bench.train].tolist(), digests[bench.test].tolist())
        return Repeated(same, same)
    matrix, texts = bench.examples.matrix, bench.examples.texts
    words = np.array([hash_of(row) for row in texts], dtype=object) if texts.shape[1] else None
    same = _both(matrix + 0.0, words, bench)
    low, high = np.nanquantile(matrix[bench.train], (0.05, 0.95), axis=0) if matrix.shape[1] else (0.0, 0.0)
    step = (np.asarray(high) - np.asarray(low)) * baseline().leaks.near
    steps = np.where(step > 0, step, 1.0)
    near = _both(np.where(step > 0, np.round(matrix / steps), matrix) + 0.0, words, bench)
    return Repeated(same, near | same)


def hash_of(row: NDArray[np.object_]) -> str:
    """Texts of one row as one."""
    return "\0".join(row)


def _both(matrix: NDArray[np.float64], words: NDArray[np.object_] | None, bench: Bench) -> NDArray[np.bool_]:
    def keys(rows: NDArray[np.int64]) -> list[tuple[bytes, str]]:
        return [
            (cells.tobytes(), "" if words is None else words[row])
            for cells, row in zip(np.ascontiguousarray(matrix[rows]), rows, strict=True)
        ]

    return _known(keys(bench.train), keys(bench.test))


def _known(
    train: list[object] | list[tuple[bytes, str]], test: list[object] | list[tuple[bytes, str]]
) -> NDArray[np.bool_]:
    seen = set(train)
    return np.array([key in seen for key in test], dtype=np.bool_)
