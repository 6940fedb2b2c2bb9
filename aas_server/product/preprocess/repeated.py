"""Repeated records, and the numbers that came as text: what ingest only flagged is counted here."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from aas_server.messages import in_all
from aas_server.product.preprocess.bench import FLAGGED, Bench

_FIRST = 3
"""Columns that are hashed first."""
_FEW = 20
"""Where fewer than one record in so many has an equal in them, those few are compared as a whole."""
_AT_ONCE = 10_000_000
"""Hashes that are sorted at once: 80 MB."""


def numbers_as_text(bench: Bench) -> None:
    """Count the records in which numbers came as text (ingest turned them into numbers). The flag stands by the
    record, so a record counts as one cell, however many of its numbers were texts."""
    flagged = FLAGGED.format(flag="number-as-text")
    (count,) = bench.counts(f"count_if({flagged})")
    bench.note("number-as-text", count, example=bench.example(flagged) if count else "")


def remove(bench: Bench) -> None:
    """Remove the records that are equal to another one, and keep the first, or the last where the recipe says so.

    Equal: in the declared key where the stream has all its columns, else in time and all fields (values that did
    not fit their column included; null equals null). A record with a hole in its key is compared over all fields.
    """
    cleaning = bench.recipe.cleaning
    names = list(bench.stream.columns)
    key = cleaning.key if cleaning.key and set(cleaning.key) <= set(names) else ()
    sentence = "preprocess-repeated-key" if key else "preprocess-repeated-rows"
    if cleaning.repeated == "keep":
        bench.note("remove-repeated", sentence="preprocess-repeated-kept")
        return
    kept, which = ("max", "last") if cleaning.kept == "last" else ("min", "first")
    withheld = any(cleaning.drops(name) for name in key)
    shown = in_all("preprocess-withheld") if withheld else ", ".join(key)
    word = in_all(f"preprocess-{which}")
    everything = ["time", *(f"c{number}" for number in range(len(names))), "misfit"]
    removed = _others(bench, _equal(key, names, everything), kept)
    example = bench.example("true", source=f"(SELECT * FROM {bench.relation} SEMI JOIN repeats USING (row))")  # noqa: S608
    left = bench.rows - removed
    bench.note("remove-repeated", rows_out=left, example=example, sentence=sentence, names=shown, kept=word)
    if removed:
        bench.become("single", f"SELECT * FROM {bench.relation} ANTI JOIN repeats USING (row)")  # noqa: S608


def _others(bench: Bench, same: list[str], kept: str) -> int:
    """Make the table ``repeats``: the rows that are equal in ``same`` to the one that is kept. Returns how many.

    Most records have no equal: hashes find those that may have one, so that a table of millions of wide rows is
    not grouped as a whole. The first columns alone tell most records apart; where they do not, all are hashed.
    """
    for some in (same[:_FIRST], same):
        hashed = f"hash({', '.join(some)})"
        alike, repeated = _alike(bench, hashed)
        if repeated * _FEW < bench.rows:
            break
    keys = ", ".join(f"{part} AS k{number}" for number, part in enumerate(same))
    groups = ", ".join(f"k{number}" for number in range(len(same)))
    bench.look_up("alike", pa.table({"hashed": alike}))
    bench.make(
        "repeats",
        f"SELECT row FROM (SELECT row, {hashed} AS hashed, {keys} FROM {bench.relation}) "  # noqa: S608
        f"SEMI JOIN alike USING (hashed) QUALIFY row <> {kept}(row) OVER (PARTITION BY {groups})",
    )
    (count,) = bench.counts("count(*)", "repeats")
    return count


def _alike(bench: Bench, hashed: str) -> tuple[NDArray[np.uint64], int]:
    """The hashes that more than one record has, each once, and how many records have one that another has before
    them."""
    parts = bench.rows // _AT_ONCE + 1
    found, repeated = [], 0
    for part in range(parts):
        source = f"SELECT {hashed} AS hashed FROM {bench.relation}"  # noqa: S608
        some = bench.connection.sql(f"FROM ({source}) WHERE hashed % {parts} = {part}").fetchnumpy()["hashed"]
        some.sort()
        again = some[1:][some[1:] == some[:-1]]
        repeated += len(again)
        found.append(np.unique(again))
    return np.concatenate(found), repeated


def _equal(key: tuple[str, ...], names: list[str], everything: list[str]) -> list[str]:
    if not key:
        return everything
    parts = [f"c{names.index(name)}" for name in key]
    hole = " OR ".join(f"{part} IS NULL" for part in parts)
    return [*parts, *(f"CASE WHEN {hole} THEN {part} END" for part in everything if part not in parts)]
