"""Numbered SQL files bring a database from any older version to this one."""

from __future__ import annotations

from pathlib import Path

from aas_server.errors import Conflict
from aas_server.store.sql.engine import Database

_FOLDER = Path(__file__).parent


def migrate(database: Database, part: str) -> list[int]:
    """Run the files of ``sql/<part>`` that the database has not seen; returns their numbers. The caller sees to it
    that nobody else does so at the same time.

    Raises ``Conflict`` where the database is of a newer version than this program.
    """
    steps = _steps(part)
    known = max(steps)
    found = database.version()
    if found > known:
        raise Conflict("database-newer", database=database.place, found=found, known=known)
    new = sorted(number for number in steps if number > found)
    for number in new:
        # Each step and its number in one transaction: a crash leaves the version before or after, no mixture.
        database.migrate(number, steps[number].read_text("utf-8"))
    return new


def newest(part: str) -> int:
    """The version that this program brings a part to."""
    return max(_steps(part))


def _steps(part: str) -> dict[int, Path]:
    return {int(file.name.split("_")[0]): file for file in (_FOLDER / part).glob("*.sql")}
