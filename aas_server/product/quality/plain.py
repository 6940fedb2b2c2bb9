"""The figures of a check as plain values for JSON: as ``aas quality --json`` tells a file."""

from __future__ import annotations

from typing import Any

from aas_server.messages import Language
from aas_server.quality.figures import ColumnFigure, Figures, FindingFigure, IndexFigure


def told(figures: Figures, language: Language) -> dict[str, Any]:
    """``rows``, ``columns``, ``profile``, ``indices``, ``index``, ``findings``; sentences in one language."""
    return {
        "name": figures.name[language],
        "checked": figures.checked,
        "rows": figures.rows,
        "columns": [_column(one, language) for one in figures.columns],
        "profile": figures.profile,
        "profile_source": figures.profile_source,
        "indices": [_index(one, language) for one in figures.indices],
        "index": figures.index,
        "left_out": list(figures.left_out),
        "looked_for": list(figures.looked_for),
        "findings": [_finding(one, language) for one in figures.findings],
        "findings_before": [{"kind": kind, "count": count} for kind, count in figures.found_before],
        "statement": figures.statement[language],
    }


def _column(column: ColumnFigure, language: Language) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": column.name,
        "title": column.title.get(language, column.name),
        "type": column.kind,
        "missing": column.missing,
        "distinct": column.distinct,
        "min": column.least or None,
        "max": column.greatest or None,
    }
    return said if column.exact else said | {"distinct_approximate": True}


def _index(index: IndexFigure, language: Language) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": index.name,
        "title": index.title[language],
        "numerator": index.numerator,
        "denominator": index.denominator,
        "value": index.value,
        "rule": index.rule[language],
        "weight": index.weight,
        "effective_weight": index.effective_weight,
        "before": index.before,
        "examples": list(index.examples),
    }
    return said if index.reason is None else said | {"reason": index.reason[language]}


def _finding(finding: FindingFigure, language: Language) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "title": finding.title[language],
        "count": finding.count,
        "columns": list(finding.columns),
        "examples": list(finding.examples),
        "note": finding.note[language],
    }
