"""Measures of rows that bear a time: are all there that should be, when did they arrive, how old are they?

Source: the measures of completeness and currentness of ISO/IEC 25024, told for time series.
"""

from __future__ import annotations

from datetime import date

from aas_server.messages import in_all
from aas_server.quality.measure import Measure, not_measured
from aas_server.quality.table import Table

# A stream is sampled evenly where at least half of its intervals are its median one, give or take a tenth: shots
# of a machine that stands still now and then still count, events that come as they please don't.
_EVEN, _PLAY = 0.5, 0.1
_DAY = 86_400


def nominal(table: Table) -> float | None:
    """The interval between two rows, in seconds: the median of those between different times, sorted. ``None``
    where the times are not evenly spaced, or too few."""
    [(interval, even, steps)] = table.connection.execute(
        f"""WITH moments AS (SELECT DISTINCT epoch_us(time) AS at FROM {table.relation} WHERE time IS NOT NULL),
        steps AS (SELECT at - lag(at) OVER (ORDER BY at) AS step FROM moments),
        usual AS (SELECT quantile_disc(step, 0.5) AS median FROM steps)
        SELECT median, avg((abs(step - median) <= {_PLAY} * median)::INT), count(step)
        FROM steps, usual WHERE step IS NOT NULL GROUP BY median"""  # noqa: S608
    ).fetchall() or [(None, None, 0)]
    if interval is None or steps < 2 or even < _EVEN:
        return None
    return float(interval) / 1e6


def expected_points(table: Table, interval: float | None) -> Measure:
    """Points that came / points expected, from the first time to the last: an interval of k times the nominal one
    (rounded) should have held k − 1 more points; rows closer than half the interval are one point.

    Counted from interval to interval, so that a clock that runs a little fast or slow makes no points missing. Not
    measured without a time, or where no interval was declared and the rows are not evenly spaced.
    """
    rule = in_all("quality-expected-points", interval="–" if interval is None else f"{interval:g}")
    if not table.timed:
        return not_measured(rule, "quality-no-time")
    if interval is None or interval <= 0:
        return not_measured(rule, "quality-no-interval")
    step = max(round(interval * 1e6), 1)
    [(came, expected)] = table.connection.execute(
        f"""WITH moments AS (SELECT DISTINCT epoch_us(time) AS at FROM {table.relation} WHERE time IS NOT NULL),
        steps AS (SELECT (at - lag(at) OVER (ORDER BY at) + {step // 2}) // {step} AS points FROM moments)
        SELECT count(*) FILTER (WHERE points IS NULL OR points > 0), coalesce(sum(points), 0) FROM steps"""  # noqa: S608
    ).fetchall()
    if not came:
        return not_measured(rule, "quality-no-time")
    return Measure(rule, came, int(expected) + 1)


def moments(table: Table) -> int:
    """How many different times there are."""
    if not table.timed:
        return 0
    return table.one("count(DISTINCT time)")[0]


def timeliness(table: Table, arrival: str, late_after: float | None) -> Measure:
    """Rows that arrived in time / rows whose arrival is known. ``arrival``: SQL of the time of arrival, empty
    where there is none; ``late_after``: seconds after a row's own time from which it is late."""
    rule = in_all("quality-timely", seconds="–" if late_after is None else f"{late_after:g}")
    if not table.timed:
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
    if not table.timed:
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
