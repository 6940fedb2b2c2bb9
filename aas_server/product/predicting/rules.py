"""The rules by which records become rows of a release, in words."""

from __future__ import annotations

from collections.abc import Iterator

from aas_server.messages import Language, text
from aas_server.product.row_cleaning import ColumnCleaning, RowCleaning, Stretch


def told(cleaning: RowCleaning, language: Language) -> list[str]:
    """A sentence for all columns, one for each column whose cells are changed, and what is not repeated."""
    words = ", ".join(cleaning.missing_words)
    said = [text("rule-words", language, words=words)] if words else []
    for column, rule in cleaning.columns.items():
        parts = list(_parts(rule, language))
        if parts:
            named = column if rule.name == column else f"{column} ({rule.name})"
            said.append(f"{named}: {'; '.join(parts)}")
    if cleaning.as_released:
        said.append(text("rule-as-released", language, columns=", ".join(cleaning.as_released)))
    if cleaning.beyond:
        said.append(text("rule-beyond", language, operations=", ".join(cleaning.beyond)))
    return said


def _parts(rule: ColumnCleaning, language: Language) -> Iterator[str]:
    """What is done to a cell of one column, in its order."""
    if rule.declared:
        marks = ", ".join(f"{mark!r}" for mark in (rule.decimal, rule.thousands) if mark not in ("", "."))
        yield text(f"rule-{rule.kind}", language) + (f" ({marks})" if marks else "")
    if rule.codes:
        shown = ", ".join(f"{code:.15g}" if isinstance(code, float) else str(code) for code in rule.codes)
        yield text("rule-codes", language, codes=shown)
    yield from (_scaled(stretch) for stretch in rule.scale)
    if rule.unit:
        yield f"{rule.unit.given} → {rule.unit.to}"


def _scaled(stretch: Stretch) -> str:
    return f"× {stretch.factor:.15g} [{stretch.start or '…'}, {stretch.end or '…'})"
