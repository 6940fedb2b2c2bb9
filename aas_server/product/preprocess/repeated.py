"""Repeated records, and the numbers that came as text: what ingest only flagged is counted here."""

from __future__ import annotations

from aas_server.messages import in_all
from aas_server.product.preprocess.bench import FLAGGED, Bench


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
    everything = ["time", "misfit", *(f"c{number}" for number in range(len(names)))]
    bench.connection.execute(
        f"CREATE TEMP TABLE chosen AS SELECT {kept}(row) AS row FROM {bench.relation} "  # noqa: S608
        f"GROUP BY {', '.join(_equal(key, names, everything))}"
    )
    (left,) = bench.counts("count(*)", "chosen")
    if left == bench.rows:
        bench.note("remove-repeated", sentence=sentence, names=shown, kept=word)
        return
    example = bench.example("row NOT IN (SELECT row FROM chosen)")
    bench.note("remove-repeated", rows_out=left, example=example, sentence=sentence, names=shown, kept=word)
    bench.become("single", f"SELECT * FROM {bench.relation} SEMI JOIN chosen USING (row)")  # noqa: S608


def _equal(key: tuple[str, ...], names: list[str], everything: list[str]) -> list[str]:
    if not key:
        return everything
    parts = [f"c{names.index(name)}" for name in key]
    hole = " OR ".join(f"{part} IS NULL" for part in parts)
    return [*parts, *(f"CASE WHEN {hole} THEN {part} END" for part in everything if part not in parts)]
