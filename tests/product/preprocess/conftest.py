"""Step 2 run on a frame, and what comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pandas as pd
import pyarrow.parquet as pq
import pytest

from aas_server.product import preprocess
from aas_server.product.recipe import Cleaning, Label, Recipe
from aas_server.product.work import CollectedStream, Prepared
from submodels.data_processing import Operation


@dataclass(frozen=True)
class Outcome:
    """``table``: the main table; ``tables`` by stream."""

    prepared: Prepared
    tables: Mapping[str, pd.DataFrame]

    def cells(self, column: str) -> list[object]:
        """A column of the main table as Python has it: whole numbers whole, missing cells ``None``."""
        return list(pq.read_table(self.prepared.main.path).column(column).to_pylist())

    @property
    def table(self) -> pd.DataFrame:
        return self.tables[self.prepared.main.stream]

    def operation(self, code: str, column: str | None = None, stream: str | None = None) -> Operation:
        found = [
            one
            for one in self.prepared.processing.operations
            if one.code == code and (column is None or column in one.columns) and stream in (None, one.stream)
        ]
        assert len(found) == 1, (code, found)
        return found[0]


Clean = Callable[..., Outcome]


@pytest.fixture
def clean(bench, recipe: Recipe, lay, collected) -> Clean:
    """Cleans a frame (and companions by name) by ``Cleaning(**what)``; ``fields`` go by column."""

    def run(
        frame: pd.DataFrame | CollectedStream,
        companions: Mapping[str, pd.DataFrame] | None = None,
        label: str | None = None,
        fields: Mapping[str, object] | None = None,
        **what: object,
    ) -> Outcome:
        main = frame if isinstance(frame, CollectedStream) else lay(frame, **(fields or {}))
        others = [lay(other, name, **(fields or {})) for name, other in (companions or {}).items()]
        made = replace(recipe, cleaning=Cleaning(**what), label=Label(label, ("N",)) if label else None)
        prepared = preprocess.prepare(bench(made), collected(main, *others))
        return Outcome(prepared, {one.stream: pq.read_table(one.path).to_pandas() for one in prepared.tables})

    return run
