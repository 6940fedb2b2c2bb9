"""Times put right, and the records that bear none."""

from __future__ import annotations

from aas_server.product.preprocess.bench import FLAGGED, NOTHING, Bench
from aas_server.product.preprocess.stretch import within
from aas_server.store.parquet import literal


def zones(bench: Bench) -> None:
    """Where times without a zone were read in a wrong one, take their clock reading to be that of the right one.
    Days on which a zone changes its clocks are minded."""
    for fix in bench.recipe.cleaning.zones:
        if fix.stream != bench.stream.name:
            continue
        moved = f"timezone({literal(fix.meant)}, timezone({literal(fix.read_as)}, time))"
        (count,) = bench.counts(f"count_if(time <> {moved})")
        example = bench.changed("Time", f"time <> {moved}", _shown("time"), _shown(moved)) if count else NOTHING
        bench.note("time-zone", count, columns=("Time",), example=example, given=fix.read_as, meant=fix.meant)
        bench.put({"time": moved})


def put_right(bench: Bench) -> None:
    """Add the declared seconds to the times in each declared stretch ``[start, end)`` of this stream, meant as the
    gateway's clock told the time."""
    offsets = [
        (number, offset)
        for number, offset in enumerate(bench.recipe.cleaning.clock_offsets, 1)
        if offset.stream == bench.stream.name
    ]
    if not offsets:
        bench.note("clock-offset", sentence="preprocess-clock-offset-none")
        bench.become("timed", f"SELECT *, NULL::INTEGER AS corrected FROM {bench.relation}")  # noqa: S608
        return
    stretches = " ".join(
        f"WHEN {within(bench.zone, offset.start, offset.end, f'cleaning.clock_offsets.{number}')} THEN {number}"
        for number, offset in offsets
    )
    shifts = " ".join(
        f"WHEN {number} THEN time + INTERVAL '{int(offset.seconds)} seconds'" for number, offset in offsets
    )
    bench.become("stretched", f"SELECT *, CASE {stretches} END AS corrected FROM {bench.relation}")  # noqa: S608
    for number, offset in offsets:
        here = f"corrected = {number}"
        (moved,) = bench.counts(f"count_if({here})")
        later = f"time + INTERVAL '{int(offset.seconds)} seconds'"
        example = bench.changed("Time", here, _shown("time"), _shown(later)) if moved else NOTHING
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
    example = bench.changed("Time", doubtful, _shown("time"), "NULL") if count else NOTHING
    bench.note("implausible-time", count, columns=("Time",), example=example)
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
    bench.ordered, moved = not bench.goes_back("time", "row"), 0
    if not bench.ordered:
        before = "max(time) OVER (ORDER BY row ROWS UNBOUNDED PRECEDING)"
        source = f"(SELECT time, {before} AS before FROM {bench.relation})"  # noqa: S608
        (moved,) = bench.counts("count_if(time < before)", source)
    bench.note("sort-by-time", moved=moved)


def _shown(time: str) -> str:
    return f"strftime({time}, '%Y-%m-%dT%H:%M:%SZ')"
