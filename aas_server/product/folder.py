"""Folders and files that appear whole or not at all, and survive a power cut once they are there."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aas_server.errors import BadInput, NotFound
from aas_server.store import durable

_CHUNK = 2**20


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """An empty folder to fill; at the end of the block it is synced and takes the place of ``target``.

    When the block raises, nothing is left of it and ``target`` stays as it was. Only one process may make the same
    target at a time: what a killed one left behind is swept away first.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    new, old = target.with_name(f".{target.name}.new"), target.with_name(f".{target.name}.old")
    if old.exists() and not target.exists():
        # Killed between the two renames below: the old one is all there is until a new one is made.
        old.rename(target)
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)
    new.mkdir()
    try:
        yield new
        sync(new)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    if target.exists():
        target.rename(old)
    new.rename(target)
    durable.sync(target.parent)
    shutil.rmtree(old, ignore_errors=True)


def check_home(target: Path) -> None:
    """Raises ``NotFound`` where the folder that ``target`` is to stand in isn't there: asked before any work."""
    if not target.absolute().parent.is_dir():
        raise NotFound("target-folder-missing", folder=target.absolute().parent)


def check_ending(target: Path, *endings: str) -> None:
    """Raises ``BadInput`` where a file to be written bears another ending than its kind has: a slip would else
    write over a file of another kind."""
    if target.suffix.lower() not in endings:
        raise BadInput("target-ending-wrong", file=target, endings=", ".join(endings))


def copy(source: Path, target: Path) -> None:
    """Copy one file so that ``target`` is whole and durable whenever it is seen."""
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_name(f".{target.name}.new")
    shutil.copyfile(source, new)
    durable.sync(new)
    new.rename(target)
    durable.sync(target.parent)


def sync(folder: Path) -> None:
    """Write a folder and all below it to the disk."""
    for path in folder.rglob("*"):
        durable.sync(path)
    durable.sync(folder)


def sha256(file: Path) -> str:
    """The SHA-256 of a file, in hex."""
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def files(folder: Path) -> list[str]:
    """All files below ``folder`` as relative POSIX paths, sorted."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
