"""A CSV or Parquet file as a ``Subject``: read once, in bounded memory, by a folder that is gone afterwards."""

from __future__ import annotations

import difflib
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from aas_server.errors import BadInput
from aas_server.quality.declared import Quality
from aas_server.quality.file import layout, others, parquet, raw, stamps, typed
from aas_server.quality.file.encoding import as_utf8
from aas_server.quality.file.plan import Plan, Source, check_time, plans
from aas_server.quality.file.running import Watch
from aas_server.quality.file.sniffed import Sort, sort_of
from aas_server.quality.findings import shifted_header
from aas_server.quality.rules_file import Rules
from aas_server.quality.subject import Dates, Seen, Subject, Written
from aas_server.store import records

LEAST_MEMORY = 256 * 10**6
"""Below that DuckDB cannot hold what it must hold at once."""
_UNITS = {"MB": 10**6, "GB": 10**9}
_SIZE = re.compile(r"(\d{1,6})\s*(MB|GB)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person says of a file beside its path. ``memory``: what DuckDB may hold; beyond, it spills."""

    time: str | None = None
    label: str | None = None
    key: tuple[str, ...] = ()
    rules: Rules | None = None
    memory: str = "1GB"

    @property
    def declared(self) -> Quality:
        """What the rules file says, the key of the call before its own."""
        said = Quality() if self.rules is None else self.rules.quality
        return replace(said, key=self.key) if self.key else said


@dataclass(frozen=True, slots=True)
class _Read:
    """The file's columns under their own types in the relation ``source``. ``copied``: its rows must be written
    anew with typed columns, since they are texts."""

    sources: tuple[Source, ...]
    rows: int
    path: Path
    copied: bool
    first_line: int = 0
    lines: bool = False
    written: Written | None = None
    repeated: tuple[str, ...] = ()


@contextmanager
def opened(file: Path, choices: Choices, watch: Watch) -> Iterator[Subject]:
    """Read ``file``. Raises ``BadInput`` for what is no table, with the line where one is at fault, and for
    columns that are not there, or a time that is none. Where the names are shifted against their columns the file
    is read without its time, so that this can be told."""
    with ExitStack() as stack:
        try:
            subject = stack.enter_context(_opened(file, choices, watch))
        except BadInput as fault:
            if fault.key != "quality-file-no-times":
                raise
            subject = stack.enter_context(_opened(file, replace(choices, time=None), watch))
            if shifted_header.find(subject) is None:
                raise
        if _time_displaced(subject):
            stack.close()
            subject = stack.enter_context(_opened(file, replace(choices, time=None), watch))
        yield subject


def _time_displaced(subject: Subject) -> bool:
    """Whether the name of the time stands over numbers because the names are shifted."""
    if subject.time is None or not subject.time.is_number:
        return False
    shifted = shifted_header.find(subject)
    return shifted is not None and subject.time.name in shifted.columns


@contextmanager
def _opened(file: Path, choices: Choices, watch: Watch) -> Iterator[Subject]:
    sort = sort_of(file)
    with tempfile.TemporaryDirectory(prefix="aas-quality-") as name:
        folder = Path(name)
        with records.connect(folder / "spill", _limit(choices.memory)) as connection:
            connection.execute("SET preserve_insertion_order = true; SET TimeZone = 'UTC'")
            connection.execute(f"SET max_expression_depth = {10 * layout.MOST_COLUMNS}")
            connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
            read = _read(connection, file, sort, folder, watch)
            yield _subject(connection, file, read, choices, folder, watch)


def _read(connection: duckdb.DuckDBPyConnection, file: Path, sort: Sort, folder: Path, watch: Watch) -> _Read:
    if sort == "parquet":
        known = parquet.read(connection, file)
        return _Read(known.sources, known.rows, file, copied=False, repeated=known.repeated)
    text = as_utf8(file, folder)
    found = layout.find(text.path, file)
    table = raw.read(connection, text.path, found, folder, file, watch)
    if text.path != file:
        text.path.unlink()
    sources = tuple(Source(name, f"s{number}", "VARCHAR") for number, name in enumerate(found.names))
    typed.view(connection, "source", table.path)
    lines = text.ends - (found.first_line - 1) in (table.rows, table.rows - 1)
    return _Read(sources, table.rows, table.path, True, found.first_line, lines, text.written, found.repeated)


def _check_asked(file: Path, read: _Read, choices: Choices) -> None:
    """Raises ``BadInput`` where the file lacks a column that was named, or rows."""
    names = [source.name for source in read.sources]
    if choices.rules is not None:
        choices.rules.check(names)
    wanted = [*choices.declared.key, *(name for name in (choices.time, choices.label) if name is not None)]
    for name in wanted:
        if name not in names:
            raise _unknown(file, name, names)
    if not read.rows:
        raise BadInput("quality-file-no-rows", file=str(file))
    if read.rows == 1:
        raise BadInput("quality-file-one-row", file=str(file))


def _subject(
    connection: duckdb.DuckDBPyConnection, file: Path, read: _Read, choices: Choices, folder: Path, watch: Watch
) -> Subject:
    _check_asked(file, read, choices)
    made = plans(connection, read.sources, read.rows, choices.time, choices.declared)
    path = typed.make(
        connection,
        made,
        choices.declared,
        read.path,
        folder,
        watch,
        copied=read.copied or typed.is_wide(made) or any(plan.table for plan in made),
    )
    beside = {}
    if choices.rules is not None:
        beside = others.load(connection, choices.declared, choices.rules.file.parent, folder, watch)
    columns = tuple(plan.seen(number, choices.declared) for number, plan in enumerate(made))
    found = {column.name: column for column in columns}
    subject = Subject(
        connection,
        "data",
        columns,
        read.rows,
        None if choices.time is None else found[choices.time],
        None if choices.label is None else found[choices.label],
        tuple(found[name] for name in choices.declared.key),
        read.first_line,
        read.lines,
        watch,
        choices.declared,
        _dates(made, columns),
        read.written,
        {name: relation for name, (relation, _) in beside.items()},
        read.repeated,
    )
    _check(subject, made, file)
    connection.execute("SET preserve_insertion_order = false")
    if choices.declared.rules:
        records.lock(connection, (path, *(other for _, other in beside.values())))
    return subject


def _limit(given: str) -> str:
    """What DuckDB takes as a limit of memory. Raises ``BadInput``."""
    size = _SIZE.fullmatch(given.strip())
    if size is None or int(size[1]) * _UNITS[size[2].upper()] < LEAST_MEMORY:
        raise BadInput("quality-file-memory", given=given, least="256MB")
    return f"{size[1]}{size[2].upper()}"


def _dates(made: Sequence[Plan], columns: Sequence[Seen]) -> dict[str, Dates]:
    """By column, the condition put in the words of the relation."""
    return {
        column.name: Dates(
            plan.dates.order, plan.dates.told, "false" if plan.dates.told else stamps.either(column.raw)
        )
        for plan, column in zip(made, columns, strict=True)
        if plan.dates is not None
    }


def _check(subject: Subject, made: Sequence[Plan], file: Path) -> None:
    """A column named as the time must hold times."""
    time = subject.time
    if time is None:
        return
    [(readable, missing)] = subject.connection.execute(
        f"SELECT count({time.sql}), count_if({time.gone}) FROM {subject.relation}"  # noqa: S608
    ).fetchall()
    check_time(
        next(plan for plan in made if plan.source.name == time.name), readable, subject.rows - missing, str(file)
    )
    if time.kind in ("string", "bool"):
        raise BadInput(
            "quality-file-no-times", file=str(file), column=time.name, readable="0", cells=f"{subject.rows:,}"
        )


def _unknown(file: Path, name: str, names: Sequence[str]) -> BadInput:
    by_lower = {one.lower(): one for one in names}
    close = difflib.get_close_matches(name.lower(), by_lower, n=1)
    listed = ", ".join(names[:50]) + (", …" if len(names) > 50 else "")
    if close:
        return BadInput(
            "quality-file-column-similar", file=str(file), column=name, similar=by_lower[close[0]], columns=listed
        )
    return BadInput("quality-file-column-unknown", file=str(file), column=name, columns=listed)
