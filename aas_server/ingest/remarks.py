"""What is said of a table's rows: reasons for doubt as flags, values that did not fit beside the row."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from connectors.message import Scalar

Mask = NDArray[np.bool_]


class Remarks:
    """Flags and misfits, gathered row by row or for many rows at once."""

    def __init__(self, rows: int, told: Mapping[int, tuple[str, ...]]) -> None:
        self._rows = rows
        self._masks: dict[str, Mask] = {}
        self._kept: dict[int, dict[str, Scalar]] = defaultdict(dict)
        for row, flags in told.items():
            for flag in flags:
                self.flag(row, flag)

    def flag(self, row: int, flag: str) -> None:
        """Doubt one row."""
        if flag not in self._masks:
            self._masks[flag] = np.zeros(self._rows, np.bool_)
        self._masks[flag][row] = True

    def keep(self, row: int, column: str, value: Scalar) -> None:
        """Keep what a column can't hold as it came."""
        self._kept[row][column] = value

    def flags(self) -> pa.Array:
        """The column ``flags`` of the lake."""
        return flagged(pa.nulls(self._rows, pa.string()), self._masks)

    def misfits(self) -> pa.Array:
        """The column ``misfit`` of the lake."""
        if not self._kept:
            return pa.nulls(self._rows, pa.string())
        texts: list[str | None] = [None] * self._rows
        for row, values in self._kept.items():
            texts[row] = json.dumps(values, ensure_ascii=True)
        return pa.array(texts, pa.string())


def flagged(flags: pa.Array, masks: Mapping[str, Mask]) -> pa.Array:
    """A column of flags with further ones, by the rows that they are true of."""
    found = {flag: mask for flag, mask in masks.items() if mask.any()}
    if not found:
        return flags
    codes = sum(mask.astype(np.int64) << bit for bit, mask in enumerate(found.values()))
    kinds, at = np.unique(codes, return_inverse=True)
    texts = [
        ",".join(flag for bit, flag in enumerate(found) if kind >> bit & 1) or None for kind in kinds.tolist()
    ]
    more = pa.array(texts, pa.string()).take(pa.array(at))
    # Not by ``null_handling="skip"``: it leaves rows out where both are null (pyarrow 26).
    both = pc.ascii_trim(pc.binary_join_element_wise(flags.fill_null(""), more.fill_null(""), ","), ",")
    return pc.if_else(pc.equal(both, ""), pa.scalar(None, pa.string()), both)
