"""Step 2 run on a frame, and what comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pandas as pd
import pyarrow.parquet as pq
import pytest

from aas_server.clock import SystemClock
from aas_server.ids import Names
from aas_server.product import preprocess
from aas_server.product.recipe import Cleaning, Label, Recipe
from aas_server.product.work import CollectedStream, Prepared, Work
from aas_server.runner import Runner
from aas_server.settings import Settings
from aas_server.store.sqlite.opening import open_store
from aas_server.twin.packages import Packages
from aas_server.twin.repository import Repository
from aas_server.twin.shelf import Shelf
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


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Work]:
    """One store and twin for all that only looks at the tables; the recipe is put in."""
    home = tmp_path_factory.mktemp("workshop")
    store = open_store(home / "data")
    runner = Runner()
    names = Names("https://factory.example")
    shelf = Shelf(Repository(store), store.files, names, runner.run)
    settings = Settings(data=home / "data")
    nothing = cast(Recipe, None)
    yield Work(nothing, home, store, shelf, Packages(store), SystemClock(), names, settings, lambda *_: None)
    runner.close()
    store.close()


@pytest.fixture
def clean(workshop: Work, tmp_path: Path, recipe: Recipe, lay, collected) -> Clean:
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
        prepared = preprocess.prepare(replace(workshop, recipe=made, folder=tmp_path), collected(main, *others))
        return Outcome(prepared, {one.stream: pq.read_table(one.path).to_pandas() for one in prepared.tables})

    return run
