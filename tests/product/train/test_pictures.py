"""Vision inspection: a folder of pictures becomes a product whose ONNX file takes the picture itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from PIL import Image
from sklearn.metrics import f1_score

from aas_server.ingest.service import Ingest
from aas_server.product import line
from aas_server.product.recipe import Label
from aas_server.settings import Settings

PARTS = 160


def photograph(file: Path, number: int, scratched: bool) -> None:
    """A grey part on a belt, brighter or darker by the hour; a scratch lies anywhere on it."""
    random = np.random.default_rng(number)
    picture = random.normal(110 + number % 20, 6, (72, 96, 3))
    picture[16:56, 20:76] += 60
    if scratched:
        top, left = random.integers(20, 40), random.integers(24, 56)
        for step in range(12):
            picture[top + step, left + step : left + step + 2] = 30
    Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(file)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures in ``ok`` and ``ng``, with a table that says when each was taken."""
    inbox = tmp_path_factory.mktemp("camera")
    lines = ["file,label,time"]
    for label in ("ok", "ng"):
        (inbox / label).mkdir()
    for number in range(PARTS):
        label = "ng" if number % 4 == 1 else "ok"
        photograph(inbox / label / f"p{number:03}.png", number, label == "ng")
        lines.append(f"p{number:03}.png,{label},2026-03-01 00:{number // 60:02}:{number % 60:02}")
    (inbox / "labels.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return inbox


def taken(store: Any, data: Path, inbox: Path) -> None:
    settings = Settings(data=data).model_copy(update={"watch": [f"{inbox}=line/1/camera"], "watch_seconds": 0.02})
    ingest = Ingest(store, settings, [])
    ingest.start()
    try:
        ends = time.monotonic() + 60
        while len(list((inbox / "done").rglob("*.png"))) < PARTS and time.monotonic() < ends:
            time.sleep(0.02)  # the folder is watched from another thread
        assert ingest.settle()
    finally:
        ingest.stop()


def test_a_folder_of_pictures_becomes_a_vision_product(
    recipe: Any, bench: Callable[..., Any], folder: Path, tmp_path: Path
) -> None:
    wanted = replace(
        recipe,
        kind="vision-inspection",
        streams=("line_1_camera",),
        label=Label("label", ("ng",)),
        time="time",
        keywords=recipe.keywords * 3,
        owner=replace(
            recipe.owner, zip_code="1", phone="1", email="a@b.example", model="m", serial_number="1", year="2026"
        ),
    )
    work = bench(wanted)
    taken(work.store, tmp_path / "data", folder)
    made = line.run(work)
    found = made.trained.model
    assert (found.picture.width, found.picture.height, found.picture.column) == (64, 64, "image")
    assert found.features == () and found.split.test_defects == 12 and found.split.test_rows == 48
    assert found.onnx.differences == 0
    session = onnxruntime.InferenceSession(str(made.trained.onnx))
    rows, truth = [], []
    for number in range(found.split.train_rows, PARTS):
        label = "ng" if number % 4 == 1 else "ok"
        (file,) = folder.rglob(f"p{number:03}.png")
        with Image.open(file) as opened:
            small = opened.convert("RGB").resize((64, 64), Image.Resampling.BOX)
        rows.append(np.asarray(small, dtype=np.float32).transpose(2, 0, 1) / 255)
        truth.append(int(label == "ng"))
    (said, _) = session.run(None, {"pictures": np.stack(rows)})
    assert found.macro_f1 == pytest.approx(f1_score(truth, said, average="macro"), abs=1e-6)
    assert found.macro_f1 >= 0.8
    assert {"edge_rising", "edge_falling", "rough"} & {name for name, _ in found.importance[:4]}
    assert made.used.kind == "vision-inspection" and made.registered is not None
