"""What sort of file it is, by its first bytes: names lie."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from aas_server.errors import BadInput

Sort = Literal["text", "parquet"]
_PACKED = {
    b"PK\x03\x04": "zip",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "rar",
    b"\x28\xb5\x2f\xfd": "zstd",
}
_XLS = b"\xd0\xcf\x11\xe0"
_SHEETS = (".xlsx", ".xlsm", ".xls", ".ods")


def sort_of(file: Path) -> Sort:
    """``text`` or ``parquet``. Raises ``BadInput`` for what is no file, is empty, packed or a workbook."""
    if file.is_dir():
        raise BadInput("quality-file-folder", file=str(file))
    try:
        with file.open("rb") as content:
            head = content.read(8)
    except FileNotFoundError:
        raise BadInput("quality-file-missing", file=str(file)) from None
    if not head:
        raise BadInput("quality-file-empty", file=str(file))
    if head.startswith(_XLS) or (head.startswith(b"PK") and file.suffix.lower() in _SHEETS):
        raise BadInput("quality-file-workbook", file=str(file))
    for mark, name in _PACKED.items():
        if head.startswith(mark):
            raise BadInput("quality-file-packed", file=str(file), kind=name)
    if head.startswith(b"PAR1"):
        return "parquet"
    if file.suffix.lower() in (".parquet", ".pq"):
        raise BadInput("quality-file-parquet", file=str(file), fault="PAR1?")
    return "text"
