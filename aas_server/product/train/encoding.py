"""Raw cells as the numbers a tree can cut: the median for a missing number, a column of 0 and 1 a category."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aas_server.product.train.examples import Texts


@dataclass(frozen=True, slots=True)
class Encoder:
    """Fitted on the training part. ``medians`` by column of numbers; ``categories`` by column of text, in the
    order of letters (the empty text is one, where cells were missing). A category that was not seen is none of
    them."""

    medians: NDArray[np.float32]
    categories: tuple[tuple[str, ...], ...]

    @property
    def owners(self) -> NDArray[np.int64]:
        """For each encoded column, the place of the raw one it was made of (numbers first, then texts)."""
        sizes = [1] * self.medians.size + [len(kinds) for kinds in self.categories]
        return np.repeat(np.arange(len(sizes)), sizes)

    def encode(self, numbers: NDArray[np.float64], texts: Texts) -> NDArray[np.float32]:
        """rows × encoded columns, float32 as the ONNX file sees them."""
        cells = numbers.astype(np.float32)
        missing = np.isnan(cells)
        cells[missing] = np.broadcast_to(self.medians, cells.shape)[missing]
        parts = [cells]
        for place, kinds in enumerate(self.categories):
            parts.append((texts[:, place, None] == np.array(kinds, dtype=object)).astype(np.float32))
        return np.ascontiguousarray(np.concatenate(parts, axis=1))


def fit(numbers: NDArray[np.float64], texts: Texts) -> Encoder:
    """Every column of numbers must hold at least one."""
    medians = np.nanmedian(numbers, axis=0).astype(np.float32) if numbers.size else np.empty(0, np.float32)
    categories = tuple(tuple(sorted(set(texts[:, place]))) for place in range(texts.shape[1]))
    return Encoder(medians, categories)
