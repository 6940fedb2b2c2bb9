"""Times put right, and the records that bear none."""

from __future__ import annotations

from datetime import UTC, datetime

from aas_server.errors import BadInput
from aas_server.product.preprocess.bench import FLAGGED, Bench


def put_right(bench: Bench) -> None:
    """Add the declared seconds to the times in each declared stretch ``[start, end)`` of this stream.

    The stretches are meant as the gateway's clock told the time; where two overlap the first one counts.
    """
    offsets = [offset for offset in bench.recipe.cleaning.clock_offsets if offset.stream == bench.stream.name]
    if not offsets:
        bench.note("clock-offset", sentence="preprocess-clock-offset-none")
        bench.become("timed", f"SELECT *, NULL::INTEGER AS corrected FROM {bench.relation}")  # noqa: S608
        return
    stretches = " ".join(
        f"WHEN time >= {_moment(bench, offset.start)} AND time < {_moment(bench, offset.end)} THEN {number}"
        for number, offset in enumerate(offsets)
    )
    shifts = " ".join(
        f"WHEN {number} THEN time + INTERVAL '{int(offset.seconds)} seconds'"
        for number, offset in enumerate(offsets)
    )
    bench.become("stretched", f"SELECT *, CASE {stretches} END AS corrected FROM {bench.relation}")  # noqa: S608
    for number, offset in enumerate(offsets):
        (moved,) = bench.counts(f"count_if(corrected = {number})")
        example = bench.example(f"corrected = {number}", f"'{int(offset.seconds):+d} s'") if moved else ""
        bench.note(
            "clock-offset",
            moved,
            columns=("Time",),
            example=example,
            start=offset.start,
            end=offset.end,
            seconds=f"{offset.seconds:+d}",
        )
    bench.become("timed", f"SELECT * REPLACE (CASE corrected {shifts} ELSE time END AS time) FROM stretched")  # noqa: S608


def distrust(bench: Bench) -> None:
    """A time that was flagged as implausible at ingest (before 2000, over a day ahead) and not put right since is
    never used: it becomes null."""
    doubtful = f"(corrected IS NULL AND time IS NOT NULL AND {FLAGGED.format(flag='implausible-time')})"
    (count,) = bench.counts(f"count_if({doubtful})")
    bench.note("implausible-time", count, columns=("Time",), example=bench.example(doubtful) if count else "")
    if count:
        bench.become(
            "trusted",
            f"SELECT * REPLACE (CASE WHEN {doubtful} THEN NULL ELSE time END AS time) FROM {bench.relation}",  # noqa: S608
        )


def place_in_time(bench: Bench) -> None:
    """Take out the records without a time. Where no record of the stream bears one, all stay, in the order in
    which they arrived, and ``Time`` is null throughout."""
    (timed,) = bench.counts("count(time)")
    if timed == 0 and bench.rows:
        bench.note("remove-without-time", sentence="preprocess-no-times")
        return
    example = bench.example("time IS NULL") if timed < bench.rows else ""
    gone = timed < bench.rows
    bench.note("remove-without-time", rows_out=timed, example=example)
    if gone:
        bench.become("placed", f"SELECT * FROM {bench.relation} WHERE time IS NOT NULL")  # noqa: S608


def sort(bench: Bench) -> None:
    """Order by time, then by arrival. What counts as changed are the rows that stood behind a later one."""
    (moved,) = bench.counts(
        "count_if(time < before)",
        f"(SELECT time, max(time) OVER (ORDER BY row ROWS UNBOUNDED PRECEDING) AS before FROM {bench.relation})",  # noqa: S608
    )
    bench.note("sort-by-time", moved=moved)


def _moment(bench: Bench, written: str) -> str:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise BadInput("preprocess-offset-time", given=written, stream=bench.stream.name) from None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=bench.zone)
    return f"TIMESTAMPTZ '{aware.astimezone(UTC).isoformat()}'"
