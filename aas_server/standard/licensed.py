"""The dictionaries that a firm has licensed: imported into the data folder, never part of what is handed out."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from aas_server.errors import Unavailable
from aas_server.standard.entry import Entry, UnitNamed, kinds_of

FILE = "dictionaries.db"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
    irdi TEXT PRIMARY KEY, dictionary TEXT NOT NULL, names TEXT NOT NULL, definition TEXT NOT NULL,
    unit TEXT NOT NULL, data_type TEXT NOT NULL, short TEXT NOT NULL, source TEXT NOT NULL, words TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS unit (irdi TEXT PRIMARY KEY, symbol TEXT NOT NULL) WITHOUT ROWID;
"""
_COLUMNS = "irdi, dictionary, names, definition, unit, data_type, short, source, words"
_BY_IRDI = f"SELECT {_COLUMNS} FROM entry WHERE irdi = ?"  # noqa: S608 - names of our own
_CANDIDATES = 2000
"""Entries that are looked at for one search: enough to rank, few enough for an answer at once."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import did: entries that are new, that changed, that were there already."""

    new: int = 0
    changed: int = 0
    same: int = 0


class Licensed:
    """Entries by IRDI in one SQLite file of the data folder. An import is kept whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE

    def take(self, found: Iterable[Entry | UnitNamed]) -> Taken:
        """Keep what was read. A name in another language is added to an entry that is there; the same again
        changes nothing. Raises ``Unavailable`` where the folder can't be written."""
        counts = {"new": 0, "changed": 0, "same": 0}
        try:
            with closing(self._open()) as base, base:
                for one in found:
                    counts[_unit(base, one) if isinstance(one, UnitNamed) else _entry(base, one)] += 1
        except sqlite3.OperationalError as fault:
            raise Unavailable("dictionary-not-writable", file=self._file, fault=fault) from None
        return Taken(**counts)

    def entry(self, irdi: str) -> Entry | None:
        """The entry with this IRDI, or ``None``. A version that was not imported is not taken for another."""
        return next(iter(self._read(_BY_IRDI, (irdi,))), None)

    def candidates(self, words: Iterable[str]) -> Iterator[Entry]:
        """Entries in whose names (any language, short names, IRDI) one of the words stands; those with most of
        them first."""
        wanted = [f"%{_escaped(word.lower())}%" for word in words if word]
        if not wanted:
            return
        hits = " + ".join(["(words LIKE ? ESCAPE '\\')"] * len(wanted))
        yield from self._read(
            f"SELECT {_COLUMNS}, {hits} AS hits FROM entry WHERE hits > 0 "  # noqa: S608 - placeholders only
            "ORDER BY hits DESC, length(words), irdi LIMIT ?",
            (*wanted, _CANDIDATES),
        )

    def count(self) -> dict[str, int]:
        """How many entries of each dictionary there are."""
        if not self._file.exists():
            return {}
        with closing(self._open()) as base:
            return dict(base.execute("SELECT dictionary, count(*) FROM entry GROUP BY 1 ORDER BY 1").fetchall())

    def _read(self, query: str, values: tuple[object, ...]) -> list[Entry]:
        if not self._file.exists():
            return []
        with closing(self._open()) as base:
            symbols = dict(base.execute("SELECT irdi, symbol FROM unit").fetchall())
            return [_made(row, symbols) for row in base.execute(query, values)]

    def _open(self) -> sqlite3.Connection:
        base = sqlite3.connect(self._file)
        base.executescript(_SCHEMA)
        return base


def _entry(base: sqlite3.Connection, one: Entry) -> str:
    known = base.execute("SELECT names, definition, short, unit FROM entry WHERE irdi = ?", (one.id,)).fetchone()
    names, definition, short, unit = dict(one.names), dict(one.definition), set(one.short), one.unit
    if known is not None:
        names = {**json.loads(known[0]), **names}
        definition = {**json.loads(known[1]), **definition}
        short |= set(json.loads(known[2]))
        unit = unit or known[3]
    words = " ".join([*names.values(), *sorted(short), one.id]).lower()
    row = (
        one.id,
        one.dictionary,
        _text(names),
        _text(definition),
        unit,
        one.data_type,
        json.dumps(sorted(short), ensure_ascii=False),
        one.source,
        words,
    )
    before = base.execute(_BY_IRDI, (one.id,)).fetchone()
    if before is not None and before[:7] == row[:7]:
        return "same"
    base.execute(f"INSERT OR REPLACE INTO entry ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)  # noqa: S608
    return "new" if before is None else "changed"


def _unit(base: sqlite3.Connection, one: UnitNamed) -> str:
    before = base.execute("SELECT symbol FROM unit WHERE irdi = ?", (one.irdi,)).fetchone()
    if before is not None and before[0] == one.symbol:
        return "same"
    base.execute("INSERT OR REPLACE INTO unit VALUES (?, ?)", (one.irdi, one.symbol))
    return "new" if before is None else "changed"


def _made(row: tuple[str, ...], symbols: dict[str, str]) -> Entry:
    unit = symbols.get(row[4], row[4])
    return Entry(
        id=row[0],
        dictionary=row[1],
        names=json.loads(row[2]),
        definition=json.loads(row[3]),
        unit=unit,
        quantities=kinds_of(unit),
        data_type=row[5],
        short=tuple(json.loads(row[6])),
        source=row[7],
    )


def _text(words: dict[str, str]) -> str:
    return json.dumps(dict(sorted(words.items())), ensure_ascii=False)


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
