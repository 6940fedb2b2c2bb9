"""Which small files are written together with the next ones.

A stream that trickles gets a file every few seconds. Sixteen of a level become one of the next, with the commit
that would have brought the sixteenth; so a table has a few dozen files however long it runs, and a row is written
once a level. Old files stay where they are, for those who pinned them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

FAN = 16
FULL = 2**20
"""Bytes from which a file is left alone: large enough to read in one go, small enough to merge sixteen of."""

_LEVEL = re.compile(r"-l(\d+)-")


def choose(files: Sequence[Path]) -> tuple[Sequence[Path], int]:
    """The files at the end of the table to be merged with new rows, and the level of the file that results."""
    start, reached = len(files), 0
    while True:
        run = start
        while run > 0 and level(files[run - 1]) <= reached and files[run - 1].stat().st_size < FULL:
            run -= 1
        if start - run < FAN - 1:
            return files[start:], reached
        start, reached = run, reached + 1


def level(file: Path) -> int:
    """The level in a file's name."""
    found = _LEVEL.search(file.name)
    return int(found[1]) if found else 0
