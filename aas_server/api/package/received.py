"""A file that was sent, on disk under its own name, so that what is said of it names it as its sender does."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from fastapi import UploadFile

_LONGEST = 200
"""Bytes of a name that every file system takes."""


def file_name(given: str | None, otherwise: str) -> str:
    """The last part of a name from outside; ``otherwise`` where nothing is left of it."""
    last = (given or "").replace("\\", "/").replace("\0", "").rsplit("/", 1)[-1]
    return last if last.strip(".") else otherwise


def path_of(digest: str, name: str) -> str:
    """What a document says of a file it was sent: other bytes under the same name are another path, so that the
    document's ETag moves with them."""
    return f"/aasx/files/{digest[:16]}/{quote(name)}"


@contextmanager
def on_disk(file: UploadFile, name: str) -> Iterator[Path]:
    """What was sent, as a file called ``name`` (of ``file_name``) for as long as the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name.encode(errors="ignore")[-_LONGEST:].decode(errors="ignore")
        file.file.seek(0)
        with path.open("wb") as place:
            shutil.copyfileobj(file.file, place, 1 << 20)
        yield path
