from __future__ import annotations

import os
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from aas_server.store.files import FolderFiles
from aas_server.twin.package.container.zipping import Zipping

NOISE = os.urandom(5 * 2**20 + 7)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    files = FolderFiles(tmp_path / "files")
    return files.path(files.add(NOISE))


def zipped(source: Path, target: Path, media_type: str) -> zipfile.ZipInfo:
    """One part between two small ones, read back."""
    with target.open("w+b") as stream, Zipping(stream) as package:
        package.pack("first", b"first")
        package.add_file("media", source, media_type)
        package.pack("last", b"last")
    with zipfile.ZipFile(target) as package:
        assert package.testzip() is None and package.namelist() == ["first", "media", "last"]
        assert package.read("media") == source.read_bytes() and package.read("last") == b"last"
        return package.getinfo("media")


@pytest.mark.parametrize(
    "media_type", ["image/png", "application/zip", "application/vnd.apache.parquet", "video/mp4", "model/step"]
)
def test_media_is_stored(source: Path, tmp_path: Path, media_type: str) -> None:
    assert zipped(source, tmp_path / "a.zip", media_type).compress_type == zipfile.ZIP_STORED


def test_text_is_packed(tmp_path: Path) -> None:
    text = tmp_path / "a.csv"
    text.write_text("time,value\n" * 10_000)
    part = zipped(text, tmp_path / "a.zip", "text/csv; charset=utf-8")
    assert part.compress_type == zipfile.ZIP_DEFLATED and part.compress_size < part.file_size / 10


def test_the_bytes_do_not_depend_on_a_checksum_that_was_kept(source: Path, tmp_path: Path) -> None:
    zipped(source, tmp_path / "kept.zip", "video/mp4")
    with suppress(OSError):
        os.removexattr(source, "user.aas.crc32")
    zipped(source, tmp_path / "computed.zip", "video/mp4")
    assert (tmp_path / "kept.zip").read_bytes() == (tmp_path / "computed.zip").read_bytes()


def test_a_checksum_of_another_size_is_not_believed(tmp_path: Path) -> None:
    file = tmp_path / "film"
    file.write_bytes(NOISE)
    with suppress(OSError):
        os.setxattr(file, "user.aas.crc32", b"1:00000000")
    zipped(file, tmp_path / "a.zip", "video/mp4")


def test_an_empty_file_is_a_part(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert zipped(tmp_path / "empty", tmp_path / "a.zip", "image/png").file_size == 0
