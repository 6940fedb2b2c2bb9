"""A folder into which others put files: what is complete is claimed, and ends in ``done`` or ``failed``.

A file is complete once its size and time did not change between two looks. It is moved into ``.work`` before it is
opened, so that nobody can put something else in its place; a crash leaves it there for the next start. Links and
what is no plain file are left alone.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

WORK, DONE, FAILED = ".work", "done", "failed"
LABELS = "labels.csv"
_OWN = frozenset((WORK, DONE, FAILED))
_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".filepart", "~")
_MOST = 10_000
"""Files looked at in one look, and remembered until the next."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A file that is ours: ``path`` in ``.work``, ``label`` the name of the folder it lay in, ``""`` for none."""

    path: Path
    name: str
    label: str


class Inbox:
    """One watched folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: dict[Path, tuple[int, int]] = {}

    def left(self) -> list[Claimed]:
        """What an earlier run had claimed and not finished, in order of name."""
        return sorted(self._left(), key=lambda one: one.name)

    def complete(self) -> list[Path]:
        """Files that did not change since the last look, in order of name. Raises ``OSError``."""
        seen: dict[Path, tuple[int, int]] = {}
        for path in self._files():
            found = path.lstat()
            if stat.S_ISREG(found.st_mode):
                seen[path] = (found.st_size, found.st_mtime_ns)
            if len(seen) == _MOST:
                break
        before, self._seen = self._seen, seen
        return sorted(path for path, state in seen.items() if before.get(path) == state)

    def strangers(self) -> Sequence[str]:
        """Names of links and other things that are no plain files: they are never opened."""
        return [path.name for path in self._files() if not stat.S_ISREG(path.lstat().st_mode)][:_MOST]

    def claim(self, path: Path) -> Claimed | None:
        """Move a file into our hands; ``None`` where it is gone, or was exchanged for a link meanwhile."""
        label = path.parent.name if path.parent != self.folder else ""
        place = self._own(WORK, label)
        try:
            mine = path.rename(_free(place / path.name))
        except FileNotFoundError:
            return None
        if not stat.S_ISREG(mine.lstat().st_mode):
            mine.rename(_free(path))
            return None
        return Claimed(mine, path.name, label)

    def settle(self, claimed: Claimed, reason: str | None = None) -> None:
        """Into ``done``, or with a ``reason`` into ``failed`` and the reason beside it."""
        place = self._own(DONE if reason is None else FAILED, claimed.label)
        target = _free(place / claimed.name)
        if reason is not None:
            target.with_name(f"{target.name}.txt").write_text(reason, "utf-8")
        claimed.path.rename(target)

    def _own(self, name: str, label: str) -> Path:
        """A folder of ours, made where it is missing. Raises ``OSError`` where somebody put a link in its place,
        which would lead our files elsewhere."""
        place = self.folder
        for part in (name, label):
            place = place / part if part else place
            if place.is_symlink():
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(place))
            place.mkdir(exist_ok=True)
        return place

    def _files(self) -> Iterator[Path]:
        """Those in the folder, and those one level below: a folder there is a label."""
        for path in self.folder.iterdir():
            if path.name in _OWN or path.name.startswith(".") or path.name.lower().endswith(_UNFINISHED):
                continue
            if path.is_symlink() or not path.is_dir():
                if path.name != LABELS:
                    yield path
                continue
            for inner in path.iterdir():
                hidden = inner.name.startswith(".") or inner.name.lower().endswith(_UNFINISHED)
                if not hidden and inner.name != LABELS and (inner.is_symlink() or not inner.is_dir()):
                    yield inner

    def _left(self) -> Iterator[Claimed]:
        work = self.folder / WORK
        if not work.is_dir() or work.is_symlink():
            return
        for path in work.iterdir():
            if path.is_symlink():
                continue
            if path.is_dir():
                plain = (inner for inner in path.iterdir() if inner.is_file() and not inner.is_symlink())
                yield from (Claimed(inner, inner.name, path.name) for inner in plain)
            elif path.is_file():
                yield Claimed(path, path.name, "")


def _free(path: Path) -> Path:
    """A name that is not taken yet: ``a.csv``, ``a (2).csv``, …"""
    number, free = 1, path
    while free.exists() or free.is_symlink():
        number += 1
        free = path.with_name(f"{path.stem} ({number}){path.suffix}")
    return free
