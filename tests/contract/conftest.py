"""One suite per store contract, run on every implementation; a new one joins by its line in ``_opener``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from aas_server.store import postgres
from aas_server.store.contract import Store
from aas_server.store.sqlite import open_store
from connectors.message import Message

IMPLEMENTATIONS = ("sqlite", "postgres")

Rows = Callable[..., pa.Table]
Messages = Callable[..., list[Message]]


def _opener(engine: str, request: pytest.FixtureRequest) -> Callable[[Path], Store]:
    if engine == "postgres":
        url = request.getfixturevalue("new_postgres")()
        return lambda folder: postgres.open_store(folder, url)
    return open_store


@pytest.fixture(params=IMPLEMENTATIONS)
def open_again(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Opens the same data folder as often as wanted, as several processes would."""
    opened: list[Store] = []
    open_folder = _opener(request.param, request)

    def open_it() -> Store:
        opened.append(open_folder(tmp_path / "data"))
        return opened[-1]

    yield open_it
    for store in opened:
        store.close()


@pytest.fixture
def store(open_again: Callable[[], Store]) -> Store:
    return open_again()


@pytest.fixture
def rows() -> Rows:
    """Rows for a fold: ``rows([1, 2], x=pa.array([0.5, 1.5]))`` has one row per journal position."""

    def make(positions: list[int], **own: pa.Array) -> pa.Table:
        times = pa.array([position * 1_000_000 for position in positions], pa.timestamp("us", "UTC"))
        common = {
            "time": times,
            "arrival": times,
            "position": pa.array(positions, pa.int64()),
            "flags": pa.nulls(len(positions), pa.string()),
            "misfit": pa.nulls(len(positions), pa.string()),
        }
        return pa.table(common | own)

    return make


@pytest.fixture
def messages() -> Messages:
    def make(count: int, source: str = "mqtt://plant", first: int = 0) -> list[Message]:
        return [
            Message(source, f"t/{number % 3}", b"%d" % number, 10**18 + number, 1, False, number % 100 + 1)
            for number in range(first, first + count)
        ]

    return make
