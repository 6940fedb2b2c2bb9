"""The first half of step 6: a self-check of the data by a declared profile, with every count."""

from __future__ import annotations

from dataclasses import replace

from aas_server.clock import iso
from aas_server.errors import BadInput
from aas_server.messages import in_all
from aas_server.product.recipe import Recipe
from aas_server.product.verify import tables
from aas_server.product.work import Collected, CollectedStream, Prepared, PreparedTable, Work
from aas_server.quality import profile as profiles
from aas_server.quality.assess import Assessment, assess
from aas_server.quality.profile import Profile, Weighted
from aas_server.store import records
from submodels import data_quality
from submodels.data_quality import DataQuality, Index
from submodels.text import Text

CODED = "declared-code"
"""The operation of step 2 that empties such cells."""


def run(work: Work, collected: Collected, prepared: Prepared, release_id: str) -> DataQuality:
    """Measure the main table as it is sold, and the same indices ``before``, on its records as they came.

    Leaves DataQuality in the twin. Raises ``BadInput`` for an unknown profile, a key, range or rule that names a
    column that is not there, or a rule that cannot be asked.
    """
    recipe = work.recipe
    profile = profiles.load(recipe.quality.profile)
    _check_ranges(recipe, collected)
    after = _sold(work, prepared.main, profile)
    work.progress("verify", 1, 2)
    before = _collected(work, collected.main, profile)
    coded = _coded(prepared)
    quality = DataQuality(
        id=work.names.submodel(recipe.id, data_quality.KIND),
        profile=profile.name,
        profile_source=profile.source,
        indices=tuple(_index(work, weighted, after, before, coded) for weighted in profile.index),
        effective_weights=tuple(float(weight) for weight in after.weights),
        index=None if after.index is None else float(after.index),
        rows=after.rows,
        columns=after.columns,
        left_out=after.left_out,
        measured_at=iso(work.clock.now()),
        release=release_id,
        statement=in_all("quality-statement"),
    )
    work.twin.put(recipe.id, data_quality.to_submodel(quality))
    return quality


def _sold(work: Work, table: PreparedTable, profile: Profile) -> Assessment:
    with records.connect(work.folder / "spill") as connection:
        measured = tables.sold(connection, table, work.recipe)
        records.lock(connection, (table.path,))
        quality = work.recipe.quality
        return assess(measured, profile, quality)


def _collected(work: Work, stream: CollectedStream, profile: Profile) -> Assessment:
    with records.connect(work.folder / "spill") as connection:
        measured = tables.collected(connection, stream, work.recipe)
        records.lock(connection, stream.paths)
        quality = work.recipe.quality
        return assess(
            measured, profile, quality if set(quality.key) <= set(measured.names) else replace(quality, key=())
        )


def _coded(prepared: Prepared) -> int:
    """How many cells of the main table were emptied because they held a declared code for 'no reading'."""
    done = prepared.processing.operations
    return sum(one.cells_changed for one in done if (one.code, one.stream) == (CODED, prepared.main.stream))


def _explained(rule: Text, coded: int) -> Text:
    """Why completeness may fall by cleaning."""
    words = in_all("quality-coded", cells=f"{coded:,}")
    return {language: f"{rule[language]}. {words[language]}" for language in words} if coded else rule


def _index(work: Work, weighted: Weighted, after: Assessment, before: Assessment, coded: int) -> Index:
    measure = after.measures[weighted.name]
    earlier = before.measures[weighted.name].value
    return Index(
        name=weighted.name,
        title=weighted.title,
        dimension=weighted.dimension or work.names.concept(data_quality.KIND, weighted.name),
        numerator=measure.numerator,
        denominator=measure.denominator,
        value=None if measure.value is None else float(measure.value),
        rule=_explained(measure.rule, coded) if weighted.name == "completeness" else measure.rule,
        weight=float(weighted.share),
        reason=measure.reason,
        before=None if earlier is None else float(earlier),
        examples=measure.examples,
    )


def _check_ranges(recipe: Recipe, collected: Collected) -> None:
    """A range for a column that no stream has would be checked nowhere."""
    known = {field.name for stream in collected.streams for field in stream.fields}
    for name in recipe.quality.ranges:
        if name not in known:
            raise BadInput("quality-range-unknown", column=name, known=", ".join(sorted(known)))
