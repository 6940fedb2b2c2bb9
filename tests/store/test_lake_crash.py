"""A process that dies in the middle of its work on a stream: it is done or not done, and can be done again."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pyarrow.parquet as pq
import pytest

from aas_server.errors import NotFound
from aas_server.store.contract import Pin, Store
from aas_server.store.lake import merging
from aas_server.store.sqlite import open_store

PROGRAM = Path(__file__).with_name("lake_process.py")
Told = list[tuple[int, str, str | None]]
OLD: Told = [(position, "old", None) for position in range(1, 25)]
DONE: dict[str, Told] = {
    "fold": [(n, "old", "late" if n in (2, 3) else None) for n in range(1, 27)],
    "replace": [(n, "old" if n < 5 else "new", None) for n in range(1, 25)],
    "compact": OLD,
    "vacuum": OLD,
    "cut": OLD[4:],
    "drop": [],
}


@pytest.fixture(scope="module")
def program() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lake_process", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(tmp_path: Path, program: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder whose stream has 24 rows in as many files, and versions before."""
    monkeypatch.setattr(merging, "FULL", 0)
    store = open_store(tmp_path / "made")
    for position in range(1, 25):
        store.lake.fold("s", program.rows(position, position), position)
    store.close()
    yield tmp_path / "made"


def told(store: Store, pin: Pin | None = None) -> Told:
    try:
        paths = store.lake.paths(pin or store.lake.pin("s"))
    except NotFound:
        return []
    rows = [row for path in paths for row in pq.read_table(path).to_pylist()]
    return [(row["position"], row["x"], row["flags"]) for row in rows]


def dies(folder: Path, work: str, step: int) -> bool:
    """Whether the process died before it was done."""
    code = subprocess.run([sys.executable, str(PROGRAM), str(folder), work, str(step)], check=False).returncode
    assert code in (0, 9)
    return code == 9


def check(folder: Path, work: str, step: int, program: ModuleType) -> bool:
    died = dies(folder, work, step)
    store = open_store(folder)
    assert told(store) in ((OLD, DONE[work]) if died else (DONE[work],)), step
    with suppress(NotFound):  # a stream that is gone already
        program.WORKS[work](store.lake)
    assert told(store) == DONE[work], step
    assert (folder / "lake" / "s").exists() == (work != "drop")
    store.lake.fold("s", program.rows(30, 30), 30)
    assert told(store) == [*DONE[work], (30, "old", None)], step
    store.close()
    return died


@pytest.mark.parametrize("work", DONE)
def test_it_is_done_or_not_done(folder: Path, tmp_path: Path, program: ModuleType, work: str) -> None:
    for step in (2, 4, 8, 32):
        copied = tmp_path / str(step)
        shutil.copytree(folder, copied)
        if not check(copied, work, step, program):
            return


@pytest.mark.long
@pytest.mark.parametrize("work", DONE)
def test_it_is_done_or_not_done_at_every_step(
    folder: Path, tmp_path: Path, program: ModuleType, work: str
) -> None:
    for step in range(1, 200):
        copied = tmp_path / str(step)
        shutil.copytree(folder, copied)
        if not check(copied, work, step, program):
            return
        shutil.rmtree(copied)
    raise AssertionError("it was never done")
