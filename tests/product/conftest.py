"""A workbench on a real store and twin, and records laid down as the lake keeps them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aas_server.ids import Names, id_shorts
from aas_server.product.recipe import Owner, Recipe
from aas_server.product.work import Collected, CollectedStream, Work
from aas_server.runner import Runner
from aas_server.settings import Settings
from aas_server.store.contract import Pin
from aas_server.store.sqlite.opening import open_store
from aas_server.twin.packages import Packages
from aas_server.twin.repository import Repository
from aas_server.twin.shelf import Shelf
from submodels.field import Field
from submodels.text import both

KINDS = {pa.bool_(): "bool", pa.int64(): "int64", pa.float64(): "double", pa.string(): "string"}
XSD = {"bool": "xs:boolean", "int64": "xs:long", "double": "xs:double", "string": "xs:string"}
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def recipe() -> Recipe:
    """A recipe that cleans and measures nothing yet; tests replace its parts."""
    word = both("시험", "test")
    owner = Owner(word, word, word, word, "", "KR", "", "", word, "", "", "")
    return Recipe("cell", word, word, "quality-prediction", "C", word, word, (word,), ("shots",), owner)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Callable[[Recipe], Work]]:
    """Makes the bench for a recipe, on a store and a twin of its own."""
    store = open_store(tmp_path / "data")
    runner = Runner()
    names = Names("https://factory.example")
    twin = Shelf(Repository(store), store.files, names, runner.run)

    def make(recipe: Recipe) -> Work:
        folder = tmp_path / "work"
        folder.mkdir(exist_ok=True)
        settings = Settings(data=tmp_path / "data")
        return Work(recipe, folder, store, twin, Packages(store), FixedClock(), names, settings, lambda *_: None)

    yield make
    runner.close()
    store.close()


Lay = Callable[..., CollectedStream]


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """Lays a frame down as the lake keeps it, over several files: ``_time``, ``_flags`` and ``_misfit`` are the
    lake's columns, the rest are the stream's own."""

    def down(
        frame: pd.DataFrame, name: str = "shots", shape: str = "wide", files: int = 3, **fields: Field
    ) -> CollectedStream:
        own = [column for column in frame.columns if column not in ("_time", "_flags", "_misfit")]
        empty = pd.Series([None] * len(frame), index=frame.index, dtype=object)
        columns = {
            "time": pa.array(frame.get("_time", empty), pa.timestamp("us", "UTC"), from_pandas=True),
            "arrival": pa.array([datetime(2026, 3, 1, tzinfo=UTC)] * len(frame), pa.timestamp("us", "UTC")),
            "position": pa.array(range(1, len(frame) + 1), pa.int64()),
            "flags": pa.array(frame.get("_flags", empty), pa.string(), from_pandas=True),
            "misfit": pa.array(frame.get("_misfit", empty), pa.string(), from_pandas=True),
        }
        columns |= {column: _own(frame[column]) for column in own}
        table = pa.table(columns)
        step = max(1, -(-len(frame) // files))
        paths = []
        for start in range(0, max(1, len(frame)), step):
            path = tmp_path / f"{name}-{start:07}.parquet"
            pq.write_table(table.slice(start, step), path)
            paths.append(path)
        kinds = {column: KINDS[table.schema.field(column).type] for column in own}
        if shape == "narrow":
            described = list(fields.values()) or [
                field(tag, XSD["double"]) for tag in sorted(frame["tag"].dropna().unique())
            ]
        else:
            described = [fields.get(c, field(c, XSD[kinds[c]])) for c in own]
        return CollectedStream(
            name, f"topic/{name}", "test", shape, Pin(name, 1, (), len(frame)), tuple(paths), kinds,
            len(frame), len(frame), 0, 0, None, None, tuple(described),
        )  # fmt: skip

    return down


def _own(column: pd.Series) -> pa.Array:
    """A column in one of the lake's types; not-a-number is null."""
    if column.dtype == object or isinstance(column.dtype, pd.StringDtype):
        array = pa.array([None if pd.isna(cell) else cell for cell in column.tolist()])
        array = pa.array(array.to_pylist(), pa.string()) if pa.types.is_null(array.type) else array
        return array.cast(pa.string()) if pa.types.is_large_string(array.type) else array
    return pa.array(column, from_pandas=True)


@pytest.fixture
def field_named() -> Callable[..., Field]:
    return field


def field(name: str, value_type: str, **more: object) -> Field:
    """A field with an own URI."""
    short = id_shorts([name])[name]
    title = both(name, name)
    return Field(name, short, value_type, f"https://factory.example/ids/cd/{short}", "own", title, title, **more)  # type: ignore[arg-type]


@pytest.fixture
def collected() -> Callable[..., Collected]:
    def gather(main: CollectedStream, *companions: CollectedStream) -> Collected:
        return Collected(main, companions, 0, 0)

    return gather


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real factory data; it never enters the repository."""
    if not SHARED.is_dir():
        pytest.skip("../shared/data is not here")
    return SHARED
