"""Measures of rows that bear a time: are all there that should be, when did they arrive, how old are they?

Source: the measures of completeness and currentness of ISO/IEC 25024, told for time series.
"""

from __future__ import annotations

from datetime import date

from aas_server.messages import in_all
from aas_server.quality.measure import Measure, not_measured
from aas_server.quality.steps import Steps
from aas_server.quality.table import Table

# A stream is sampled evenly where at least half of its intervals are its median one, give or take a tenth: shots
# of a machine that stands still now and then still count, events that come as they please don't.
_EVEN, _PLAY = 0.5, 0.1
_DAY = 86_400


def expected_points(table: Table, steps: Steps | None) -> Measure:
    """Points that came / points expected, from the first time to the last: an interval of k times the nominal one
    (rounded) should have held k − 1 more points; rows closer than half the interval are one point.

    Counted from interval to interval, so that a clock that runs a little fast or slow makes no points missing. Not
    measured without a time, or where no interval was declared and the rows are not evenly spaced.
    """
    if steps is None or not table.ticks:
        return not_measured(in_all("quality-expected-points", interval="–"), "quality-no-time")
    interval = steps.nominal
    shown = "–" if interval is None else f"{interval / table.per_second:g}"
    rule = in_all("quality-expected-points", interval=shown)
    if interval is None or interval <= 0:
        return not_measured(rule, "quality-no-interval")
    [(came, expected, even)] = table.connection.execute(
        f"""WITH moments AS (
            SELECT DISTINCT {table.ticks} AS t FROM {table.relation} WHERE {table.ticks} IS NOT NULL
        ), steps AS (SELECT (t - lag(t) OVER (ORDER BY t)) / {interval!r}::DOUBLE AS step FROM moments)
        SELECT count(*) FILTER (WHERE step IS NULL OR step >= 0.5), coalesce(sum(floor(step + 0.5)), 0),
               avg((abs(step - 1) <= {_PLAY})::INT)
        FROM steps"""  # noqa: S608
    ).fetchall()
    if not steps.declared and (even or 0) < _EVEN:
        return not_measured(rule, "quality-no-interval")
    return Measure(rule, came, int(expected) + 1)


def monotonic(steps: Steps | None, examples: tuple[str, ...] = ()) -> Measure:
    """Steps in file order that don't go back in time / steps."""
    rule = in_all("quality-monotonic")
    if steps is None:
        return not_measured(rule, "quality-no-time")
    if steps.readable < 2:
        return not_measured(rule, "quality-no-intervals")
    total = steps.readable - 1
    return Measure(rule, total - steps.backwards, total, examples=examples)


def single_times(steps: Steps | None, examples: tuple[str, ...] = ()) -> Measure:
    """Rows whose time is no earlier row's / rows with a time."""
    rule = in_all("quality-single-times")
    if steps is None or not steps.readable:
        return not_measured(rule, "quality-no-time")
    return Measure(rule, steps.readable - steps.repeated, steps.readable, examples=examples)


def gap_free(steps: Steps | None, examples: tuple[str, ...] = ()) -> Measure:
    """Intervals between different times that are no longer than 1.5 × the nominal one / intervals."""
    rule = in_all("quality-gap-free")
    if steps is None:
        return not_measured(rule, "quality-no-time")
    if not steps.intervals or steps.nominal is None:
        return not_measured(rule, "quality-no-intervals")
    return Measure(rule, steps.intervals - steps.gaps, steps.intervals, examples=examples)


def timeliness(table: Table, arrival: str, late_after: float | None) -> Measure:
    """Rows that arrived in time / rows whose arrival is known. ``arrival``: SQL of the time of arrival, empty
    where there is none; ``late_after``: seconds after a row's own time from which it is late."""
    rule = in_all("quality-timely", seconds="–" if late_after is None else f"{late_after:g}")
    if not table.ticks:
        return not_measured(rule, "quality-no-time")
    if not arrival:
        return not_measured(rule, "quality-no-arrival")
    if late_after is None:
        return not_measured(rule, "quality-no-late-after")
    late = f"epoch_us({arrival}) - epoch_us(time) > {round(late_after * 1e6)}"
    known, broken = table.one(f"count(*), count_if({late})", f"{arrival} IS NOT NULL AND time IS NOT NULL")
    if not known:
        return not_measured(rule, "quality-no-arrival")
    examples = table.examples(f"coalesce({late}, false)", f"concat('+', {arrival} - time)") if broken else ()
    return Measure(rule, known - broken, known, examples=examples)


def freshness(table: Table, checked_on: date | None, fresh_within: float | None) -> Measure:
    """1 of 1 where the newest row was no older than ``fresh_within`` days at the end of the day of the check, else
    0 of 1; the rule says how old it was."""
    rule = in_all("quality-fresh", days="–" if fresh_within is None else f"{fresh_within:g}", age="–")
    if not table.ticks:
        return not_measured(rule, "quality-no-time")
    if fresh_within is None:
        return not_measured(rule, "quality-no-fresh-within")
    if checked_on is None:
        return not_measured(rule, "quality-no-day")
    [(newest,)] = table.connection.execute(f"SELECT epoch(max(time)) FROM {table.relation}").fetchall()  # noqa: S608
    if newest is None:
        return not_measured(rule, "quality-no-time")
    age = (checked_on.toordinal() - date(1970, 1, 1).toordinal() + 1) - newest / _DAY
    rule = in_all("quality-fresh", days=f"{fresh_within:g}", age=f"{max(age, 0):.1f}")
    return Measure(rule, int(age <= fresh_within), 1)
