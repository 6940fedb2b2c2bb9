"""The first half of step 6: a self-check of the data by a declared profile, with every count."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from aas_server.clock import iso
from aas_server.messages import in_all
from aas_server.product import conversion
from aas_server.product import folder as folders
from aas_server.product.quality import copies, evidence, subjects
from aas_server.product.quality.described import described
from aas_server.product.quality.earlier import with_indices
from aas_server.product.recipe import Quality
from aas_server.product.verify import tables
from aas_server.product.verify.check import check_declared, check_key
from aas_server.product.work import Collected, CollectedStream, Prepared, Work
from aas_server.quality import profile as profiles
from aas_server.quality.assess import Assessment, assess
from aas_server.quality.facts import Facts
from aas_server.quality.finding import KINDS
from aas_server.quality.gather import gather
from aas_server.quality.looked import Looked
from aas_server.quality.profile import Profile, Weighted
from aas_server.quality.score import score
from aas_server.quality.search import search
from aas_server.quality.table import Table, counted
from aas_server.store import records
from submodels import data_quality
from submodels.data_quality import DataQuality, Finding, Index
from submodels.text import Text

CODED = "declared-code"
"""The operation of step 2 that empties such cells."""


def run(work: Work, collected: Collected, prepared: Prepared, release_id: str) -> DataQuality:
    """Measure the main table as it is sold, and the same indices ``before``, on its records as they came; look for
    everything that may be wrong with it.

    Leaves DataQuality in the twin, and the report's figures with the rows behind each finding beside the release
    (``product.quality.evidence``). Raises ``BadInput`` for an unknown profile, a key, range or rule that names a
    column that is not there, or a rule that cannot be asked.
    """
    recipe = work.recipe
    profile = profiles.load(recipe.quality.profile)
    check_declared(recipe, collected)
    before, came = _collected(work, collected.main, profile)
    work.progress("verify", 1, 3)
    coded = _coded(prepared)
    with records.connect(work.folder / "spill") as connection:
        looked, after, facts = _sold(work, collected, connection, prepared, profile, release_id)
        work.progress("verify", 2, 3)
        after = _timely(after, before)
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
            findings=tuple(
                Finding(one.kind, one.count, one.note, one.columns, one.examples) for one in looked.findings
            ),
            looked_for=tuple(kind for kind in KINDS if kind in looked.kinds),
            found_before=tuple((one.kind, one.count) for one in came.findings),
        )
        _keep(work, prepared, quality, looked, after, facts)
    work.twin.put(recipe.id, data_quality.to_submodel(quality))
    return quality


def _sold(
    work: Work,
    collected: Collected,
    connection: duckdb.DuckDBPyConnection,
    prepared: Prepared,
    profile: Profile,
    release: str,
) -> tuple[Looked, Assessment, Facts]:
    quality = conversion.ranges_as_sold(work.recipe, collected.main.fields)
    recipe, table = replace(work.recipe, quality=quality), prepared.main
    measured = counted(tables.sold(connection, table, recipe, prepared.companions))
    subject = subjects.sold(connection, measured.relation, table, tables.kinds_of(table), recipe)
    records.lock(connection, tuple(part.path for part in prepared.tables))
    check_key(recipe, measured)
    facts = Facts(subject, work.clock.now())
    looked = search(facts, measured, copies.registered(work.store, but=recipe.id), recipe.quality)
    told = described(table, recipe, release)
    today = work.clock.now().date()
    return looked, assess(measured, profile, recipe.quality, looked, told, today, facts.steps), facts


def _keep(
    work: Work, prepared: Prepared, quality: DataQuality, looked: Looked, after: Assessment, facts: Facts
) -> None:
    recipe, table = work.recipe, prepared.main
    figures = gather(
        facts,
        after,
        looked,
        {language: f"{words} ({quality.release})" for language, words in recipe.title.items()},
        folders.sha256(table.path),
        quality.measured_at,
        {field.id_short: field.title for field in table.fields},
    )
    figures = with_indices(figures, quality)
    home = evidence.home(work.store.folder, recipe.id, quality.release)
    evidence.keep(home, figures, looked.findings, facts.subject.connection, facts.sketch)


def _collected(work: Work, stream: CollectedStream, profile: Profile) -> tuple[Assessment, Looked]:
    """The indices of the records as they came, and what is found in them. A narrow stream's readings are measured
    one by one; nothing is looked for between them."""
    with records.connect(work.folder / "spill") as connection:
        measured = tables.collected(connection, stream, work.recipe)
        wide = stream.shape != "narrow" and stream.paths
        subject = subjects.collected(connection, measured.relation, stream, work.recipe) if wide else None
        records.lock(connection, stream.paths)
        came = search(Facts(subject, work.clock.now())) if subject is not None else Looked()
        return assess(measured, profile, _askable(work.recipe.quality, measured)), came


def _askable(quality: Quality, table: Table) -> Quality:
    """What can be asked of the records as they came: no other table, no column that only cleaning makes."""
    known = set(table.names)
    return replace(
        quality,
        key=quality.key if set(quality.key) <= known else (),
        references=tuple(one for one in quality.references if not one.table and {one.column, one.to} <= known),
        orders=tuple(one for one in quality.orders if {one.column, *one.by} <= known),
        redundant=tuple(one for one in quality.redundant if {one.first, one.second} <= known),
        arrival="",
    )


def _timely(after: Assessment, before: Assessment) -> Assessment:
    """When a record arrived stands in the lake only, so timeliness is measured on the records as they came."""
    late = {one.name for one in after.profile.index if one.measured_by == "timeliness"}
    if not late:
        return after
    parts = {name: before.measures[name] if name in late else one for name, one in after.measures.items()}
    scored = score([one.share for one in after.profile.index], [part.value for part in parts.values()])
    return replace(after, measures=parts, weights=scored.weights, index=scored.index)


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
