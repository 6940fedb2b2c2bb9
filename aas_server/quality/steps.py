"""The steps of a column of times: equal ones, steps back, and intervals that are too long."""

from __future__ import annotations

from dataclasses import dataclass

from aas_server.quality.subject import Seen, Subject

LONG = 1.5
"""An interval longer than so many nominal ones is a gap (definition of the quality check)."""


@dataclass(frozen=True, slots=True)
class Steps:
    """``readable``: rows with a time. ``repeated``: rows whose time equals an earlier row's. ``backwards``: steps
    in file order to an earlier time. ``intervals``: between different times, sorted; ``nominal``: the declared
    one (``declared``) or the median, in ``unit`` (ticks: see ``Seen.ticks``), ``None`` below two different times.
    ``gaps``: intervals longer than 1.5 nominal ones; ``longest`` of all intervals. The ``…_rows`` are SQL that
    selects ``row``: of a gap, the first row after it."""

    readable: int
    repeated: int
    backwards: int
    intervals: int
    nominal: float | None
    declared: bool
    gaps: int
    longest: float | None
    repeated_rows: str
    backwards_rows: str
    gap_rows: str


def of_time(subject: Subject) -> Steps:
    """Count the steps of ``subject.time``, which must be there."""
    if subject.time is None:
        raise ValueError("no time column")
    ask = subject.connection.execute
    time = subject.time
    base = f"(SELECT row, {time.ticks} AS t FROM {subject.relation} WHERE {time.sql} IS NOT NULL)"  # noqa: S608
    over = "()"
    counts = _counts(subject, base, over)
    if counts[3]:  # rows did not come in their order: it is asked for
        over = "(ORDER BY row)"
        counts = _counts(subject, base, over)
    readable, backwards, repeated, _ = counts
    lagged = f"(SELECT row, t, lag(t) OVER {over} AS p FROM {base})"  # noqa: S608
    ordered = lagged
    if backwards:
        ordered = f"(SELECT t, lag(t) OVER (ORDER BY t) AS p FROM (SELECT DISTINCT t FROM {base}))"  # noqa: S608
    ask(
        "CREATE OR REPLACE TEMP TABLE intervals AS "  # noqa: S608
        f"SELECT t - p AS step, count(*) AS n FROM {ordered} WHERE t > p GROUP BY 1"
    )
    [(intervals, longest)] = ask("SELECT coalesce(sum(n), 0)::BIGINT, max(step)::DOUBLE FROM intervals").fetchall()
    if backwards:
        repeated = readable - intervals - 1
    nominal, declared = _nominal(subject, time, intervals)
    long_step = f"t - p > {LONG * (nominal or 0.0)!r}::DOUBLE"
    again = f"SELECT row FROM {lagged} WHERE t = p"  # noqa: S608
    back = f"SELECT row FROM {lagged} WHERE t < p"  # noqa: S608
    after = f"SELECT row FROM {lagged} WHERE {long_step}"  # noqa: S608
    if backwards:
        again, after = _in_disorder(base, ordered, long_step)
    gaps = _gaps(subject, nominal)
    return Steps(
        readable, repeated, backwards, intervals, nominal, declared, gaps, longest, again, back, after
    )  # fmt: skip


def _in_disorder(base: str, ordered: str, long_step: str) -> tuple[str, str]:
    """The rows of equal times, and those after a gap, where a neighbour in the file is none in time."""
    again = (
        "SELECT row FROM (SELECT row, row_number() OVER (PARTITION BY t ORDER BY row) AS n "  # noqa: S608
        f"FROM {base}) WHERE n > 1"
    )
    after = f"SELECT min(row) AS row FROM {base} WHERE t IN (SELECT t FROM {ordered} WHERE {long_step}) GROUP BY t"  # noqa: S608
    return again, after


def _gaps(subject: Subject, nominal: float | None) -> int:
    if nominal is None:
        return 0
    [(gaps,)] = subject.connection.execute(
        f"SELECT coalesce(sum(n), 0)::BIGINT FROM intervals WHERE step > {LONG * nominal!r}::DOUBLE"  # noqa: S608
    ).fetchall()
    return int(gaps)


def _counts(subject: Subject, base: str, over: str) -> tuple[int, int, int, int]:
    [(readable, backwards, repeated, unordered)] = subject.connection.execute(
        "SELECT count(*), count_if(t < p), count_if(t = p), count_if(row <= q) FROM "  # noqa: S608
        f"(SELECT row, t, lag(t) OVER {over} AS p, lag(row) OVER {over} AS q FROM {base})"
    ).fetchall()
    return readable, backwards, repeated, unordered


def _nominal(subject: Subject, time: Seen, intervals: int) -> tuple[float | None, bool]:
    """The declared interval, else the median of all: of an even number the mean of the middle two."""
    if not intervals:
        return None, False
    if subject.declared.interval is not None:
        return subject.declared.interval * time.per_second, True
    middle = [
        subject.connection.execute(
            "SELECT step::DOUBLE FROM (SELECT step, sum(n) OVER (ORDER BY step) AS c FROM intervals) "
            "WHERE c > ? ORDER BY step LIMIT 1",
            [place],
        ).fetchall()[0][0]
        for place in ((intervals - 1) // 2, intervals // 2)
    ]
    return sum(middle) / 2, False
