"""The figures of a release whose evidence was not kept: what its submodel says, without its columns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from aas_server.messages import in_all
from aas_server.product.quality import evidence
from aas_server.product.work import Released
from aas_server.quality.figures import Figures, FindingFigure, IndexFigure
from submodels.data_quality import DataQuality


def figures_of(data: Path, product: str, released: Released, quality: DataQuality) -> Figures:
    """The figures kept beside the release, else those of its submodel."""
    kept = evidence.figures(evidence.home(data, product, released.id))
    return kept if kept is not None else _told(released, quality)


def with_indices(figures: Figures, quality: DataQuality) -> Figures:
    """The figures with the indices as the submodel tells them: with those before cleaning, and what it says of
    declared codes."""
    return replace(figures, indices=_indices(quality), found_before=quality.found_before)


def _told(released: Released, quality: DataQuality) -> Figures:
    findings = tuple(
        FindingFigure(
            one.kind, in_all(f"quality-kind-{one.kind.replace('_', '-')}"), one.count, one.note, one.columns,
            one.examples,
        )
        for one in quality.findings
    )  # fmt: skip
    title = {language: f"{words} ({released.id})" for language, words in released.product.title.items()}
    return Figures(
        name=title,
        sha256=released.sha256,
        checked=quality.measured_at,
        profile=quality.profile,
        profile_title={"ko": quality.profile, "en": quality.profile},
        profile_source=quality.profile_source,
        profile_date="",
        index=quality.index,
        indices=_indices(quality),
        left_out=quality.left_out,
        rows=quality.rows,
        width=quality.columns,
        columns=(),
        findings=findings,
        looked_for=quality.looked_for,
        start="",
        end="",
        by_time=False,
        statement=quality.statement,
        found_before=quality.found_before,
    )


def _indices(quality: DataQuality) -> tuple[IndexFigure, ...]:
    return tuple(
        IndexFigure(
            one.name, one.title, one.numerator, one.denominator, one.value, one.rule, one.weight, effective,
            one.reason, one.before, one.examples,
        )
        for one, effective in zip(quality.indices, quality.effective_weights, strict=True)
    )  # fmt: skip
