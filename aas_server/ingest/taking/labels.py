"""What is known of the pictures in a folder: from ``labels.csv`` near them, their folder, and their names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from aas_server.errors import Unavailable
from aas_server.ingest.taking.inbox import LABELS, Claimed
from aas_server.ingest.taking.pictures import About
from connectors.errors import RecordingError
from connectors.recording import open_table

_NAMES = ("file", "label", "shot", "time")
_MOST = 1_000_000


class Labels:
    """Of one watched folder. ``pattern`` finds a shot in a file's name: its group ``shot``, else the first."""

    def __init__(self, folder: Path, pattern: str) -> None:
        self._folder = folder
        self._pattern = re.compile(pattern) if pattern else None
        self._tables: dict[str, _Table] = {}

    def about(self, picture: Claimed) -> About:
        """What is known of a picture. A table counts most, the one in its own folder first, then its folder and
        its name; without a time there, the file's last change is when it was taken. Raises ``Unavailable`` where
        a table can't be read: the picture waits until it is mended."""
        beside, above = self._table(picture.label), self._table("")
        named = beside.get(picture.name) or above.get(f"{picture.label}/{picture.name}") or above.get(picture.name)
        told = named or About()
        changed = datetime.fromtimestamp(picture.path.stat().st_mtime, UTC).isoformat()
        return replace(
            told,
            file=picture.name,
            label=told.label or picture.label or None,
            shot=told.shot or self._shot(picture.name),
            time=told.time or changed,
        )

    def _table(self, label: str) -> Mapping[str, About]:
        if label not in self._tables:
            self._tables[label] = _Table(self._folder / label / LABELS)
        return self._tables[label].rows()

    def _shot(self, name: str) -> str | None:
        found = self._pattern.search(name) if self._pattern else None
        if found is None:
            return None
        return found["shot"] if "shot" in found.re.groupindex else found[1 if found.re.groups else 0]


class _Table:
    """One ``labels.csv``, by the pictures' names; it is read again when it changes."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._state: tuple[int, int] | None = None
        self._rows: Mapping[str, About] = {}

    def rows(self) -> Mapping[str, About]:
        if self._file.is_symlink() or self._file.parent.is_symlink() or not self._file.is_file():
            self._rows, self._state = {}, None
            return self._rows
        found = self._file.stat()
        state = (found.st_size, found.st_mtime_ns)
        if state != self._state:
            self._rows, self._state = self._read(), state
        return self._rows

    def _read(self) -> Mapping[str, About]:
        try:
            table = open_table(self._file)
        except RecordingError as fault:
            raise Unavailable(fault.key, **fault.values) from None
        if "file" not in table.columns or table.rows > _MOST:
            raise Unavailable("watch-labels-wrong", file=LABELS, columns=", ".join(table.columns), most=_MOST)
        rows = {}
        for row in table.values():
            known = {name: str(row[name]) for name in _NAMES if row.get(name) is not None}
            if name := known.pop("file", None):
                rows[name] = About(**known)
        return rows
