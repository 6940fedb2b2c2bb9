"""The line stopped in each of its steps, by Ctrl-C or a kill: no half release stays, and the next run makes the
same bytes as one that nobody stopped."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aas_server.errors import AasError
from aas_server.product import record
from aas_server.product.record import STEPS
from aas_server.store.sqlite import open_store

Aas = Callable[..., Any]
PRODUCT, TOPIC, ROWS, DEADLINE = "press", "line/1/shots", 3000, 240.0

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def begun(aas: Aas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a product that was begun and never built."""
    pytest.importorskip("sklearn", reason="needs the extra model")
    random, folder = np.random.default_rng(3), tmp_path_factory.mktemp("begun")
    table = pd.DataFrame(
        {
            "time": pd.date_range("2026-03-01", periods=ROWS, freq="30s").strftime("%Y-%m-%d %H:%M:%S"),
            "pressure": random.normal(80, 5, ROWS).round(2),
            "temperature": random.normal(230, 3, ROWS).round(1),
        }
    )
    table["defect"] = (table["pressure"] > 86).astype(int)
    table.to_csv(folder / "shots.csv", index=False)
    for arguments in (
        ("ingest", folder / "shots.csv", "--topic", TOPIC),
        ("product", "new", PRODUCT, "--stream", TOPIC, "--label", "defect"),
    ):
        ended = aas(*arguments, "--data", folder / "data")
        assert ended.code == 0, ended.err
    return folder / "data"


@pytest.fixture(scope="module")
def undisturbed(aas: Aas, begun: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return built(aas, shutil.copytree(begun, tmp_path_factory.mktemp("undisturbed") / "data"))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "kill"])
@pytest.mark.parametrize("step", STEPS)
def test_a_line_stopped_in_a_step_leaves_nothing_half_made(
    aas: Aas, begun: Path, undisturbed: dict[str, str], tmp_path: Path, step: str, how: signal.Signals
) -> None:
    data = shutil.copytree(begun, tmp_path / "data")
    code, told = stopped(data, step, how)
    assert code == (130 if how == signal.SIGINT else -how)
    assert "Traceback" not in told
    releases = data / "products" / PRODUCT / "releases"
    visible = (
        {one.name for one in releases.iterdir() if not one.name.startswith(".")} if releases.exists() else set()
    )
    assert visible <= {f"{PRODUCT}-r1"}
    assert known(data).release == ""
    assert built(aas, data) == undisturbed
    assert {one.name for one in releases.iterdir()} == {f"{PRODUCT}-r1"}
    assert {one.name for one in (data / "work").iterdir()} <= {".lock"}


def stopped(data: Path, step: str, how: signal.Signals) -> tuple[int, str]:
    """Build in a process of its own and stop it as soon as the step runs: its exit code and what it said."""
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "aas_server",
        "product",
        "build",
        PRODUCT,
        "--data",
        str(data),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + DEADLINE
        while not runs(data, step):
            assert process.poll() is None, "it ended before it could be stopped"
            assert time.monotonic() < deadline
        process.send_signal(how)
        told = process.communicate(timeout=DEADLINE)[1]
    return process.returncode, told


def runs(data: Path, step: str) -> bool:
    """Whether the step runs, or has run: the short ones may be over before they are seen."""
    try:
        return known(data).steps.get(step, record.StepRecord()).state in ("running", "done")
    except AasError:
        return False


def known(data: Path) -> record.ProductRecord:
    store = open_store(data)
    try:
        return record.product(store.catalogue, PRODUCT)
    finally:
        store.close()


def built(aas: Aas, data: Path) -> dict[str, str]:
    """Build to the end: the digest of every file of the release, and of its zip."""
    ended = aas("product", "build", PRODUCT, "--data", data, "--json", timeout=DEADLINE)
    assert ended.code == 0, ended.err
    assert json.loads(ended.out.strip().splitlines()[-1])["release"] == f"{PRODUCT}-r1"
    home = data / "products" / PRODUCT / "releases"
    files = sorted(path for path in home.rglob("*") if path.is_file())
    return {str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
