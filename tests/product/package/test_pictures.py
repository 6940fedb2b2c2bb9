"""Pictures as they are sold: their pixels to the bit, and nothing that a camera noted beside them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image, PngImagePlugin

from aas_server.product.package import pictures
from aas_server.product.package.bare import bare
from aas_server.product.package.tables import Table
from aas_server.product.recipe import Label
from aas_server.product.work import PreparedTable
from aas_server.store.files import FolderFiles
from submodels.field import Field

SECRET = "Hong Gildong"
PIXELS = Image.fromarray(np.random.default_rng(1).integers(0, 255, (24, 32, 3), dtype=np.uint8))


def picture(kind: str, place: bool = False, **more: Any) -> bytes:
    notes = Image.Exif()
    notes[0x013B] = SECRET
    if place:
        notes.get_ifd(0x8825).update({1: "N", 2: (37.0, 30.0, 0.0)})
    if kind == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_itxt("Author", SECRET)
        more |= {"pnginfo": text}
    if kind != "BMP":
        more |= {"exif": notes}
    content = io.BytesIO()
    PIXELS.save(content, kind, **more)
    return content.getvalue()


@pytest.mark.parametrize("place", [False, True], ids=["person", "place"])
@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("JPEG", {"comment": SECRET, "xmp": f"<x>{SECRET}</x>".encode()}),
        ("JPEG", {"progressive": True, "quality": 95}),
        ("PNG", {}),
    ],
    ids=["jpeg", "progressive", "png"],
)
def test_notes_are_left_out_and_pixels_stay(kind: str, more: dict[str, Any], place: bool) -> None:
    given = picture(kind, place, **more)
    assert SECRET.encode() in given
    made = bare(given)
    assert made is not None
    assert (made.beside, made.place) == (True, place)
    assert SECRET.encode() not in made.content
    with Image.open(io.BytesIO(made.content)) as ours, Image.open(io.BytesIO(given)) as theirs:
        assert (np.asarray(ours) == np.asarray(theirs)).all()
    again = bare(made.content)
    assert again is not None and again.content == made.content and not again.beside


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP"])
def test_what_is_hidden_behind_the_end_is_left_out(kind: str) -> None:
    made = bare(picture(kind) + SECRET.encode())
    assert made is not None and SECRET.encode() not in made.content and made.beside


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_one_that_is_cut_off_is_damaged(kind: str, share: float) -> None:
    whole = picture(kind)
    assert bare(whole[: int(len(whole) * share)]) is None


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8\xff\xd9", b"GIF89a", b"BM", b"\x89PNG\r\n\x1a\n" + b"\xff" * 40]
)
def test_what_is_no_picture_is_none(content: bytes) -> None:
    assert bare(content) is None


def table(folder: Path, digests: Sequence[str | None], names: Sequence[str]) -> Table:
    columns = {
        "image": list(digests),
        "media_type": ["image/png"] * len(digests),
        "label": ["=cmd()", *["ok"] * (len(digests) - 1)],
    }
    path = folder / "camera.parquet"
    pq.write_table(pa.table({name: pa.array(columns[name], pa.string()) for name in names}), path)
    fields = tuple(Field(name, name, "xs:string", "", "own", {}, {}, "text") for name in names)
    source = PreparedTable("camera", path, len(digests), fields)
    return Table("camera", "data/camera.parquet", path, len(digests), tuple(names), source)


@pytest.fixture
def store(tmp_path: Path) -> FolderFiles:
    return FolderFiles(tmp_path / "files")


def written(made: Table, store: FolderFiles, folder: Path) -> tuple[pictures.Pictures, ...]:
    folder.mkdir()
    return pictures.write([made], Label("label", ("ng",)), (), store, folder, lambda *_: None)


def test_rows_share_a_picture_and_those_without_one_are_counted(store: FolderFiles, tmp_path: Path) -> None:
    first, second, broken = store.add(picture("PNG")), store.add(picture("JPEG")), store.add(b"\x89PNG")
    made = table(
        tmp_path,
        [first, second, first, broken, None, "../../etc/passwd", "0" * 64],
        ["image", "media_type", "label"],
    )
    (found,) = written(made, store, tmp_path / "release")
    assert (found.rows, found.files, found.damaged, found.missing) == (3, 2, 3, 1)
    assert found.labels == {"ok": 2, "=cmd()": 1}
    lines = (tmp_path / "release" / found.manifest).read_text("utf-8-sig").splitlines()
    assert len(lines) == 4 and "'=cmd()" in lines[1]
    assert written(made, store, tmp_path / "again") == (found,)
    for file in (tmp_path / "release").rglob("*.*"):
        assert file.read_bytes() == (tmp_path / "again" / file.relative_to(tmp_path / "release")).read_bytes()


@pytest.mark.parametrize("left", [["media_type", "label"], ["image", "label"]], ids=["no-digest", "no-type"])
def test_a_table_whose_pictures_are_kept_secret_brings_none(
    store: FolderFiles, tmp_path: Path, left: list[str]
) -> None:
    made = table(tmp_path, [store.add(picture("PNG"))], left)
    assert written(made, store, tmp_path / "release") == ()
    assert not list((tmp_path / "release").iterdir())


def test_pictures_of_no_label_have_a_sample_too(store: FolderFiles, tmp_path: Path) -> None:
    made = table(tmp_path, [store.add(picture("PNG"))], ["image", "media_type"])
    (found,) = written(replace(made), store, tmp_path / "release")
    assert [one.label for one in found.samples] == [""]
