"""``shifted_header``: names over the wrong columns, a row taken for the header, a header among the rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aas_server.messages import in_all
from aas_server.quality.counting import count_each
from aas_server.quality.finding import Finding
from aas_server.quality.findings.limits import limits
from aas_server.quality.findings.names import contents, expected, is_moment, is_number, is_value, numbers_in
from aas_server.quality.findings.pointing import rows
from aas_server.quality.subject import Seen, Subject
from aas_server.store.parquet import literal
from submodels.text import Text

_ROWS = 2_000
"""Rows whose values are compared with the names: enough to tell a number from a text."""
_MOMENT = frozenset({"moment"})
_NO_MOMENT = frozenset({"number", "counting", "verdict", "text"})
"""What a name that says nothing may stand for where a name of a moment stands over something else."""


@dataclass(frozen=True, slots=True)
class Shift:
    """The names from column ``first`` on belong ``by`` columns further on; contradictions ``left`` then."""

    first: int
    by: int
    left: int


def find(subject: Subject) -> Finding | None:
    """The first of three that is there: names shifted against their columns (count: columns whose name contradicts
    what stands in them), a first row taken for the header (count: names that are values of their column), the
    header again among the rows (count: rows).

    Shifted: two names or more contradict their contents (``names.toml``: a temperature that is text, a verdict of
    many values, a moment that is none), and moving the names from some column on by one to three columns leaves a
    third of these contradictions at most; or the only name of a time stands one to three columns beside the only
    column of times.
    """
    if len(subject.columns) < 2 or not subject.rows:
        return None
    held = _held(subject)
    there = [contents(column.kind, values) for column, values in zip(subject.columns, held, strict=True)]
    return (
        _shifted(subject, held, there)
        or _displaced(subject, held, there)
        or _swallowed(subject, held)
        or _repeated(subject)
    )


def _held(subject: Subject) -> list[list[str]]:
    """The first values of every column, as written."""
    texts = ", ".join(f"{column.raw}::VARCHAR" for column in subject.columns)
    found = subject.connection.execute(
        f"SELECT {texts} FROM {subject.relation} LIMIT {_ROWS}"  # noqa: S608
    ).fetchall()
    return [[value for value in values if value is not None] for values in zip(*found, strict=True)]


def _shifted(subject: Subject, held: Sequence[Sequence[str]], there: Sequence[frozenset[str]]) -> Finding | None:
    limit = limits().header
    wanted = _wanted(subject, there)
    wrong = [place for place in range(len(wanted)) if _contradicts(wanted[place], there[place])]
    if len(wrong) < limit.fewest:
        return None
    best = min(_shifts(wanted, there, wrong), key=lambda one: (one.left, abs(one.by), -one.first))
    if best.left > limit.better * len(wrong):
        return None
    return _told(subject, held, wrong, best)


def _wanted(subject: Subject, there: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    """What each name lets expect, given the others: where moments stand under another name, one of a moment stands
    for nothing else; where such a name contradicts its column, no name that says nothing stands for a moment."""
    wanted = _moments_only([expected(column.name) for column in subject.columns], there)
    if any("moment" in want and not want & has for want, has in zip(wanted, there, strict=True) if has):
        wanted = _moments_only([want or _NO_MOMENT for want in wanted], there)
    return wanted


def _moments_only(wanted: list[frozenset[str]], there: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    pairs = list(zip(wanted, there, strict=True))
    if not any(want and "moment" not in want and has == _MOMENT for want, has in pairs):
        return wanted
    return [_MOMENT if "moment" in want and want & has else want for want, has in pairs]


def _told(subject: Subject, held: Sequence[Sequence[str]], wrong: Sequence[int], best: Shift) -> Finding:
    columns = tuple(subject.columns[place].name for place in wrong)
    told = tuple(
        f"{subject.columns[place].name}: {', '.join(dict.fromkeys(held[place][:50]))[:60]}" for place in wrong
    )
    first = subject.columns[best.first].name
    note = in_all("quality-found-header-shifted", first=first, by=f"{best.by:+d}", names=", ".join(columns))
    return Finding("shifted_header", len(wrong), columns, told[:3], note)


def _displaced(subject: Subject, held: Sequence[Sequence[str]], there: Sequence[frozenset[str]]) -> Finding | None:
    """The one name of a time stands over something else, and the one column of times, at most three columns away,
    under a name that says nothing."""
    columns, many = subject.columns, len(subject.columns)
    named = [place for place, column in enumerate(columns) if is_moment(column.name)]
    times = [place for place, has in enumerate(there) if has == _MOMENT]
    if len(named) != 1 or len(times) != 1 or expected(columns[times[0]].name) or not there[named[0]]:
        return None
    by = (times[0] - named[0] + many // 2) % many - many // 2
    if there[named[0]] & {"moment", "counting"} or not 0 < abs(by) <= limits().header.furthest:
        return None
    wrong = sorted((named[0], times[0]))
    return _told(subject, held, wrong, Shift(0, by, 0))


def _shifts(
    wanted: Sequence[frozenset[str]], there: Sequence[frozenset[str]], wrong: Sequence[int]
) -> Iterator[Shift]:
    """Every way to move the names from some column on. All of them moved, those at the end come to the start."""
    furthest = limits().header.furthest
    many = len(there)
    for by in (move for move in range(-furthest, furthest + 1) if move and abs(move) < many):
        for first in range(many):
            moved = {place: place for place in range(first + min(by, 0))}
            for place in range(first, many):
                if first == 0 or place + by < many:
                    moved[place] = (place + by) % many
            contradicted = sum(_contradicts(wanted[name], there[place]) for name, place in moved.items())
            fits = sum(bool(wanted[name] & there[moved[name]]) for name in wrong if name in moved)
            yield Shift(first, by, max(contradicted, len(wrong) - fits))


def _contradicts(wanted: frozenset[str], there: frozenset[str]) -> bool:
    return bool(wanted and there and not wanted & there)


def _swallowed(subject: Subject, held: Sequence[Sequence[str]]) -> Finding | None:
    own = [column for column, values in zip(subject.columns, held, strict=True) if _own_value(column, values)]
    if len(own) < max(limits().header.fewest, limits().header.part * len(subject.columns)):
        return None
    names = tuple(column.name for column in own)
    note: Text = in_all("quality-found-header-swallowed", names=", ".join(names[:8]))
    return Finding("shifted_header", len(own), names, names[:3], note)


def _own_value(column: Seen, values: Sequence[str]) -> bool:
    """Whether the name is a value such as stand below it; one that comes twice bears a mark of the reader."""
    name = column.name.strip()
    bare = name.rpartition(".")[0] or name
    if column.kind in ("int64", "double"):
        named = [float(written) for written in {name, bare} if is_number(written)]
        numbers = numbers_in(values) if named else []
        return bool(numbers) and any(min(numbers) <= number <= max(numbers) for number in named)
    if column.kind == "timestamp":
        return is_value(name) and not name.isdigit()
    return name in values or bare in values


def _repeated(subject: Subject) -> Finding | None:
    """Rows in which half of the columns, two at least, hold their own name."""
    texts = [column for column in subject.columns if column.kind == "string" or column.misfit != "false"]
    least = max(limits().header.fewest, int(limits().header.part * len(subject.columns)))
    if len(texts) < least:
        return None
    named = count_each(subject.connection, subject.relation, [_names_itself(column) for column in texts])
    texts = [column for column, count in zip(texts, named, strict=True) if count]
    if len(texts) < least:
        return None
    condition = f"list_sum([{', '.join(f'({_names_itself(column)})::INT' for column in texts)}]) >= {least}"
    [count] = count_each(subject.connection, subject.relation, [condition])
    if not count:
        return None
    note = in_all("quality-found-header-repeated", rows=f"{int(count):,}")
    columns = tuple(column.name for column in texts)
    return Finding(
        "shifted_header",
        int(count),
        columns,
        subject.examples(condition, texts[0].raw),
        note,
        rows(subject.relation, [condition]),
    )


def _names_itself(column: Seen) -> str:
    itself = f"coalesce(trim({column.raw}) = {literal(column.name.strip())}, false)"
    return itself if column.kind == "string" else f"({column.misfit} AND {itself})"
