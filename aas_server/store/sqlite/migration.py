"""Numbered SQL files bring a database from any older version to this one."""

from __future__ import annotations

from pathlib import Path

from aas_server.errors import Conflict
from aas_server.store.sqlite.database import Database

_FOLDER = Path(__file__).parent.parent / "sql"


def migrate(database: Database, name: str) -> None:
    """Run the files of ``sql/<name>`` that the database has not seen. The caller holds the folder's lock.

    Raises ``Conflict`` where the database is of a newer version than this program.
    """
    steps = _steps(name)
    known = max(steps)
    with database.reading() as connection:
        (found,) = connection.execute("PRAGMA user_version").fetchone()
        if found > known:
            raise Conflict("data-folder-newer", folder=str(database.file.parent), found=found, known=known)
        for number in sorted(number for number in steps if number > found):
            script = steps[number].read_text("utf-8")
            # Each step and its number in one transaction: a crash leaves the version before or after, no mixture.
            connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")


def _steps(name: str) -> dict[int, Path]:
    return {int(file.name.split("_")[0]): file for file in (_FOLDER / name).glob("*.sql")}
