"""The same data, recipe and lock on the same machine give the same release, byte for byte: in another folder, at
another time, in other portions, with another seed of Python's hashes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aas_server.product import propose
from aas_server.product.recipe import dump, keeping
from aas_server.product.record import release as release_record
from aas_server.store.sqlite import open_store

ROWS = 400
TOPIC, STREAM, PRODUCT = "line/1/shots", "line_1_shots", "shots"


def shots() -> pd.DataFrame:
    """A machine's cycles with a defect that follows from pressure, a text, gaps and a repeated row."""
    random = np.random.default_rng(7)
    table = pd.DataFrame(
        {
            "time": pd.date_range("2026-03-01", periods=ROWS, freq="30s").strftime("%Y-%m-%d %H:%M:%S"),
            "pressure": random.normal(80, 5, ROWS).round(2),
            "melt_temperature": random.normal(230, 3, ROWS).round(1),
            "cycle_time": random.normal(31, 0.4, ROWS).round(3),
            "operator": random.choice(["김", "이", "박"], ROWS),
        }
    )
    table["defect"] = (table["pressure"] + random.normal(0, 1, ROWS) > 86).astype(int)
    table.loc[::37, "cycle_time"] = np.nan
    return pd.concat([table, table.iloc[[5]]], ignore_index=True)


def aas(hash_seed: int, *arguments: object) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "aas_server", *map(str, arguments), "--json"],
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def released(folder: Path, portions: list[pd.DataFrame], hash_seed: int, *, compact: bool) -> Path:
    """The release's zip. ``compact``: the lake's files are joined before the line reads them."""
    files = [folder.parent / f"{folder.name}-{number}.csv" for number in range(len(portions))]
    for file, portion in zip(files, portions, strict=True):
        portion.to_csv(file, index=False)
    aas(hash_seed, "ingest", *files, "--topic", TOPIC, "--time", "time", "--data", folder)
    columns = tuple(portions[0].columns)
    recipe = propose.recipe(PRODUCT, "shots", (STREAM,), columns, "time", "defect", {"0": 300, "1": 100})
    if compact:
        store = open_store(folder)
        store.lake.compact(STREAM)
        store.close()
    file = keeping.place(folder, PRODUCT)
    file.parent.mkdir(parents=True)
    file.write_bytes(dump(recipe))
    aas(hash_seed, "product", "build", PRODUCT, "--data", folder)
    store = open_store(folder)
    try:
        return release_record(store, f"{PRODUCT}-r1").released.archive
    finally:
        store.close()


@pytest.mark.timeout(600)
def test_the_same_data_and_recipe_give_the_same_release(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="needs the extra model")
    table = shots()
    portions = [table.iloc[:150], table.iloc[150:]]
    one = released(tmp_path / "one", portions, 1, compact=False)
    other = released(tmp_path / "other", portions, 2, compact=True)
    assert _contents(one) == _contents(other)
    assert hashlib.sha256(one.read_bytes()).digest() == hashlib.sha256(other.read_bytes()).digest()


def _contents(archive: Path) -> dict[str, str]:
    with zipfile.ZipFile(archive) as zip_:
        return {entry.filename: hashlib.sha256(zip_.read(entry)).hexdigest() for entry in zip_.infolist()}
