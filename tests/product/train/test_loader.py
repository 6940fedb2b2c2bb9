"""The script beside the model, for every sort of model: it says what the server says of the same rows."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aas_server.product.predicting.answers import answers
from aas_server.product.predicting.inputs import inputs
from aas_server.product.predicting.rows import read
from aas_server.product.predicting.sessions import Sessions
from aas_server.product.predicting.signature import Feature, Signature

Build = Callable[..., Any]


@pytest.fixture
def mixed(shots: pd.DataFrame) -> pd.DataFrame:
    """Numbers and words, with a number, three classes and a defect to be told."""
    table = shots.iloc[:600].copy()
    random = np.random.default_rng(3)
    table["mould"] = random.choice(["가", "나", "다"], len(table))
    table.loc[::50, "mould"] = None
    table["length"] = table.pressure + 5.0 * (table.mould == "나") + random.normal(size=len(table)) / 10
    table["sort"] = np.select([table.length < 88, table.length < 93], ["짧음", "보통"], "긺")
    return table


def said_by_server(built: Any, content: bytes) -> list[dict[str, Any]]:
    model = built.model
    features = tuple(
        Feature(name, name, {}, "", "xs:double", is_text=name in model.texts)
        for name in (*model.features, *model.texts)
    )
    signature = Signature("r", "p", model, features, frozenset({"Time", "bad", "sort", "length", *COLUMNS}))
    given = inputs(read(".csv", content, 10_000), signature)
    feeds = {"features": given.matrix} | ({"texts": given.texts} if model.texts else {})
    said = answers(signature, given, Sessions(1).run("x", built.trained.onnx, feeds))
    return [{key: part for key, part in one.items() if key not in ("missing", "outside")} for one in said]


COLUMNS = ("pressure", "temperature", "noise", "mould")
SORTS: dict[str, dict[str, Any]] = {
    "defects": {"label": "bad", "leave_out": ("sort", "length")},
    "classes": {"label": "sort", "defect": (), "leave_out": ("bad", "length")},
    "number": {"label": "length", "defect": (), "task": "regression", "leave_out": ("bad", "sort")},
    "anomaly": {"leave_out": ("bad", "sort", "length")},
}


@pytest.mark.parametrize("sort", SORTS)
def test_the_script_says_what_the_server_says(build: Build, mixed: pd.DataFrame, sort: str) -> None:
    built = build(mixed, **SORTS[sort])
    folder: Path = built.trained.onnx.parent
    content = mixed.to_csv(index=False).encode()
    (folder / "rows.csv").write_bytes(content)
    command = [sys.executable, "-I", folder / "load.py", "--json", folder / "rows.csv"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert said == said_by_server(built, content)
    assert len(said) == len(mixed)
    if sort == "number":
        error = np.array([one["value"] for one in said]) - mixed["length"].to_numpy()
        assert np.abs(error).mean() < 1.5
    else:
        assert len({one["class"] for one in said}) == (3 if sort == "classes" else 2)
