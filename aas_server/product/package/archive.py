"""The zip that is sold: the same files give the same bytes, wherever and whenever it is made."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path

from aas_server.product import folder as folders

SUMS = "SHA256SUMS"
_PACKED = {".parquet", ".onnx", ".jpg", ".png"}
"""Compressed by themselves: deflating them again costs time and saves nothing."""

_EARLIEST = (1980, 1, 1, 0, 0, 0)


def write_sums(folder: Path) -> None:
    """``SHA256SUMS`` in the form that ``sha256sum -c`` reads, sorted by name."""
    lines = [f"{folders.sha256(folder / name)}  {name}\n" for name in folders.files(folder)]
    (folder / SUMS).write_text("".join(lines), "utf-8")


def read_sums(folder: Path) -> dict[str, str]:
    """``{file: SHA-256}`` of a release."""
    lines = (folder / SUMS).read_text("utf-8").splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def sum_of(folder: Path, file: str) -> str:
    """The SHA-256 of one file of a release; empty where there is none. A release of pictures has many."""
    with (folder / SUMS).open(encoding="utf-8") as lines:
        return next((line[:64] for line in lines if line[66:-1] == file), "")


def write(folder: Path, target: Path, moment: str) -> None:
    """Zip everything in ``folder`` below a folder of the archive's own name. ``moment`` (ISO 8601, of the data)
    is the date of all entries."""
    names = folders.files(folder)
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            entry = zipfile.ZipInfo(f"{target.stem}/{name}", _date(moment))
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            stored = (folder / name).suffix in _PACKED
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            entry.file_size = (folder / name).stat().st_size
            with (folder / name).open("rb") as source, archive.open(entry, "w") as sink:
                while chunk := source.read(2**20):
                    sink.write(chunk)


def _date(moment: str) -> tuple[int, int, int, int, int, int]:
    """A zip knows no time before 1980 and none after 2107."""
    if not moment:
        return _EARLIEST
    when = datetime.fromisoformat(moment)
    date = (when.year, when.month, when.day, when.hour, when.minute, when.second)
    return date if 1980 <= when.year <= 2107 else _EARLIEST
