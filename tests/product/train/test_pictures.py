"""Vision inspection: a folder of pictures becomes a product that holds them, with a model that takes one."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from fastapi import FastAPI
from PIL import Image
from sklearn.metrics import f1_score
from starlette.testclient import TestClient

from aas_server.api.problems import install_problems
from aas_server.api.products import products_router
from aas_server.ingest.service import Ingest
from aas_server.product import line, record
from aas_server.product.recipe import Label, Recipe
from aas_server.product.recipe.cleaning import Secret
from aas_server.product.record import ReleaseRecord
from aas_server.product.work import Work
from aas_server.settings import Settings

PARTS = 120
DAMAGED, PLACED = 51, 30
"""A picture whose pixels are broken, and one that tells where it was taken and by whom."""
WHO = b"Hong Gildong"


def photograph(file: Path, number: int, scratched: bool) -> None:
    """A grey part on a belt, brighter or darker by the hour; a scratch lies anywhere on it."""
    random = np.random.default_rng(number)
    picture = random.normal(110 + number % 20, 6, (72, 96, 3))
    picture[16:56, 20:76] += 60
    if scratched:
        top, left = random.integers(20, 40), random.integers(24, 56)
        for step in range(12):
            picture[top + step, left + step : left + step + 2] = 30
    shown = Image.fromarray(picture.clip(0, 255).astype(np.uint8))
    told: dict[str, Any] = {}
    if number == PLACED:
        notes = told["exif"] = Image.Exif()
        notes[0x013B] = WHO.decode()
        notes.get_ifd(0x8825).update({1: "N", 2: (37.0, 30.0, 0.0)})
    shown.save(file, **told)


def name_of(number: int) -> str:
    return f"p{number:03}.{'png' if number % 2 else 'jpg'}"


def spoil(file: Path) -> None:
    """Header and end stay, so that it looks whole; between them stands nothing that unfolds."""
    rubbish = b"no pixels"
    part = b"IDAT" + rubbish
    chunk = len(rubbish).to_bytes(4) + part + zlib.crc32(part).to_bytes(4)
    whole = file.read_bytes()
    file.write_bytes(whole[: whole.index(b"IDAT") - 4] + chunk + whole[-12:])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures in ``ok`` and ``ng``, with a table that says when each was taken."""
    inbox = tmp_path_factory.mktemp("camera")
    lines = ["file,label,time"]
    for label in ("ok", "ng"):
        (inbox / label).mkdir()
    for number in range(PARTS):
        label = "ng" if number % 4 == 1 else "ok"
        photograph(inbox / label / name_of(number), number, label == "ng")
        lines.append(f"{name_of(number)},{label},2026-03-01 00:{number // 60:02}:{number % 60:02}")
    spoil(inbox / "ok" / name_of(DAMAGED))
    (inbox / "labels.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return inbox


def taken(store: Any, data: Path, inbox: Path) -> None:
    settings = Settings(data=data).model_copy(update={"watch": [f"{inbox}=line/1/camera"], "watch_seconds": 0.02})
    ingest = Ingest(store, settings, [])
    ingest.start()
    try:
        ends = time.monotonic() + 180
        while len(list((inbox / "done").rglob("p*.*"))) < PARTS and time.monotonic() < ends:
            time.sleep(0.02)  # the folder is watched from another thread
        assert ingest.settle()
    finally:
        ingest.stop()


def wanted(recipe: Recipe) -> Recipe:
    return replace(
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


@dataclass(frozen=True)
class Made:
    work: Work
    release: ReleaseRecord
    folder: Path

    @property
    def manifest(self) -> list[dict[str, str]]:
        text = (self.release.released.folder / "pictures/line_1_camera.csv").read_text("utf-8-sig")
        return list(csv.DictReader(text.splitlines()))


@pytest.fixture(scope="module")
def made(recipe: Recipe, lasting_bench: Callable[..., Work], folder: Path) -> Made:
    work = lasting_bench(wanted(recipe))
    taken(work.store, work.settings.data, folder)
    return Made(work, line.run(work), folder)


def test_a_folder_of_pictures_becomes_a_vision_product(made: Made) -> None:
    found = made.release.trained.model
    assert (found.picture.width, found.picture.height, found.picture.column) == (64, 64, "image")
    assert found.features == () and found.split.train_rows + found.split.test_rows == PARTS - 1
    assert found.onnx.differences == 0
    session = onnxruntime.InferenceSession(str(made.release.trained.onnx))
    rows, truth = [], []
    for number in range(PARTS - found.split.test_rows, PARTS):
        (file,) = made.folder.rglob(name_of(number))
        with Image.open(file) as opened:
            small = opened.convert("RGB").resize((64, 64), Image.Resampling.BOX)
        rows.append(np.asarray(small, dtype=np.float32).transpose(2, 0, 1) / 255)
        truth.append(int(number % 4 == 1))
    (said, _) = session.run(None, {"pictures": np.stack(rows)})
    assert found.macro_f1 == pytest.approx(f1_score(truth, said, average="macro"), abs=1e-6)
    assert found.macro_f1 >= 0.8
    assert {"edge_rising", "edge_falling", "rough"} & {name for name, _ in found.importance[:4]}
    assert made.release.used.kind == "vision-inspection" and made.release.registered is not None


def test_the_release_holds_each_picture_once_and_tells_of_it(made: Made) -> None:
    released = made.release.released
    lines = made.manifest
    assert len(lines) == PARTS - 1 and lines[0]["label"] == "ok" and lines[0]["time"] == "2026-02-28T15:00:00Z"
    with zipfile.ZipFile(released.archive) as archive:
        for one in lines:
            entry = archive.getinfo(f"{released.id}/{one['picture']}")
            assert entry.compress_type == zipfile.ZIP_STORED and entry.file_size == int(one["size"])
            assert hashlib.sha256(archive.read(entry)).hexdigest() == one["sha256"]
    sheet = json.loads((released.folder / "datasheet.json").read_text("utf-8"))["pictures"][0]
    assert sheet["kinds"] == {"image/jpeg": PARTS // 2, "image/png": PARTS // 2 - 1}
    assert sheet["labels"] == {"ng": PARTS // 4, "ok": PARTS - PARTS // 4 - 1}
    assert [one["label"] for one in sheet["samples"]] == ["ng"] * 3 + ["ok"] * 3
    shown = [one for one in released.product.distributions if one.media_type.startswith("image/")]
    assert len(shown) == 6
    with zipfile.ZipFile(made.release.registered.aasx) as package:
        inside = {name.rpartition("/")[2] for name in package.namelist()}
    assert {one.url.rpartition("/")[2] for one in shown} <= inside
    listing = json.loads((made.release.registered.bundle / "listing.json").read_text("utf-8"))
    assert listing["format"] == "Parquet, JPEG, PNG (zip)"


def test_place_and_person_beside_the_pixels_stay_at_home(made: Made) -> None:
    (one,) = [one for one in made.manifest if one["file"] == name_of(PLACED)]
    sold = made.release.released.folder / one["picture"]
    (original,) = made.folder.rglob(name_of(PLACED))
    assert WHO in original.read_bytes() and WHO not in sold.read_bytes()
    with Image.open(sold) as ours, Image.open(original) as theirs:
        assert not ours.getexif()
        assert (np.asarray(ours) == np.asarray(theirs)).all()
    sheet = json.loads((made.release.released.folder / "datasheet.json").read_text("utf-8"))["pictures"][0]
    assert (sheet["beside"], sheet["places"]) == (1, 1)


def test_a_damaged_picture_is_told_and_left_out(made: Made) -> None:
    assert len(made.release.trained.unreadable) == 1
    assert name_of(DAMAGED) not in {one["file"] for one in made.manifest}
    assert made.release.prepared.main.rows == PARTS
    card = (made.release.released.folder / "model/model-card.html").read_text("utf-8")
    assert "1행은 배우는 데에도" in card and made.release.trained.unreadable[0][:12] in card


def test_the_loader_begins_with_pictures_of_the_release(made: Made) -> None:
    done = subprocess.run(
        [sys.executable, "model/load.py", "--json"],
        cwd=made.release.released.folder,
        capture_output=True,
        check=True,
    )
    said = [json.loads(line)["class"] for line in done.stdout.splitlines()]
    truth = ["defect" if one["label"] == "ng" else "good" for one in made.manifest[:100]]
    assert len(said) == 100 and np.mean([one == other for one, other in zip(said, truth, strict=True)]) > 0.9


@pytest.fixture(scope="module")
def client(made: Made) -> Iterator[TestClient]:
    app = FastAPI()
    install_problems(app)
    app.include_router(products_router(made.work.store, made.work.settings, made.work.clock))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def test_over_http_a_picture_of_the_release_is_fetched_and_judged(made: Made, client: TestClient) -> None:
    at = "/products/cell/releases/cell-r1"
    (one,) = [one for one in made.manifest if one["file"] == name_of(1)]
    picture = client.get(f"{at}/files/{one['picture']}")
    assert picture.headers["content-type"] == "image/png" and picture.headers["etag"] == f'"{one["sha256"]}"'
    asked = client.post(f"{at}/predict", content=picture.content, headers={"Content-Type": "image/png"})
    assert asked.json()["predictions"][0]["class"] == "defect"
    listed = [one["path"] for one in client.get(at).json()["files"]]
    assert "pictures/line_1_camera.csv" in listed and one["picture"] not in listed
    assert client.get(f"{at}/files/pictures/../../../x.png").status_code == 404


@pytest.mark.long
def test_pictures_kept_secret_stay_at_home_and_the_first_release_is_as_it_was(made: Made, recipe: Recipe) -> None:
    hidden = replace(wanted(recipe), cleaning=replace(recipe.cleaning, secrets={"image": Secret("drop")}))
    again = line.run(replace(made.work, recipe=hidden))
    assert again.id == "cell-r2" and not (again.released.folder / "pictures").exists()
    assert not [one for one in again.released.product.distributions if one.media_type.startswith("image/")]
    assert record.release(made.work.store, "cell-r1").released.sha256 == made.release.released.sha256
