"""The rows of a bench as a model sees them, whether they are cells of a table or pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from aas_server.product.train import encoding, exchange
from aas_server.product.train.bench import Bench
from aas_server.product.train.encoding import Encoder
from aas_server.product.train.models import Cells, Forest, Isolation, Regressor


class View(Protocol):
    """``names``: what importance is told of; ``owners``: for each encoded column, the place of its name."""

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def owners(self) -> NDArray[np.int64]: ...

    def cells(self, rows: NDArray[np.int64]) -> Cells:
        """Rows as the estimator is given them."""
        ...

    def feeds(self, rows: NDArray[np.int64]) -> Iterator[dict[str, Any]]:
        """Rows as the ONNX file is given them, in batches."""
        ...

    def export(self, fitted: Forest | Isolation | Regressor) -> bytes: ...


@dataclass(frozen=True, slots=True)
class TableView:
    """Cells of a table behind an encoder that was fitted on the training part."""

    bench: Bench
    encoder: Encoder

    @property
    def names(self) -> tuple[str, ...]:
        return self.bench.names

    @property
    def owners(self) -> NDArray[np.int64]:
        return self.encoder.owners

    def cells(self, rows: NDArray[np.int64]) -> Cells:
        return self.encoder.encode(*self.bench.cells(rows))

    def feeds(self, rows: NDArray[np.int64]) -> Iterator[dict[str, Any]]:
        yield exchange.feeds(*self.bench.cells(rows))

    def export(self, fitted: Forest | Isolation | Regressor) -> bytes:
        return exchange.export(fitted, self.encoder)


def of_table(bench: Bench) -> TableView:
    return TableView(bench, encoding.fit(*bench.cells(bench.train)))


def weights(view: View, encoded: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights of encoded columns summed by what they were made of."""
    return np.bincount(view.owners, weights=encoded, minlength=len(view.names)).astype(np.float64)
