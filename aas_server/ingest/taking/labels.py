"""What is known of the pictures in a folder: from ``labels.csv`` beside them, their folder, and their names."""

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
    """Of one folder; the table is read again when it changes. ``pattern`` finds a shot in a file's name: its group
    ``shot``, else the first."""

    def __init__(self, folder: Path, pattern: str) -> None:
        self._file = folder / LABELS
        self._pattern = re.compile(pattern) if pattern else None
        self._state: tuple[int, int] | None = None
        self._rows: Mapping[str, About] = {}

    def about(self, picture: Claimed) -> About:
        """What is known of a picture. The table counts most, then its folder and its name; without a time there,
        the file's last change is when it was taken. Raises ``Unavailable`` where the table can't be read: the
        picture waits until it is mended."""
        self._look()
        told = self._rows.get(f"{picture.label}/{picture.name}") or self._rows.get(picture.name) or About()
        changed = datetime.fromtimestamp(picture.path.stat().st_mtime, UTC).isoformat()
        return replace(
            told,
            file=picture.name,
            label=told.label or picture.label or None,
            shot=told.shot or self._shot(picture.name),
            time=told.time or changed,
        )

    def _shot(self, name: str) -> str | None:
        found = self._pattern.search(name) if self._pattern else None
        if found is None:
            return None
        return found["shot"] if "shot" in found.re.groupindex else found[1 if found.re.groups else 0]

    def _look(self) -> None:
        if self._file.is_symlink() or not self._file.is_file():
            self._rows, self._state = {}, None
            return
        found = self._file.stat()
        state = (found.st_size, found.st_mtime_ns)
        if state != self._state:
            self._rows, self._state = self._read(), state

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
