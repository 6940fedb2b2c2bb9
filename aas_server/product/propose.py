"""A first recipe for data nobody has described yet. It is written as ``product.toml`` and edited from there."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from aas_server.messages import in_all, text
from aas_server.product.recipe import Costing, Label, Modelling, Owner, Recipe
from submodels.text import both

_OPEN = "propose-open"
_OUTCOMES = Path(__file__).with_name("outcomes.toml")


def recipe(
    product: str,
    name: str,
    stream: str,
    columns: tuple[str, ...],
    time: str | None,
    label: str | None,
    label_counts: Mapping[str, int],
) -> Recipe:
    """A recipe for one stream. ``label_counts`` are the rows per value of the label: the rarest one is taken for
    the defect. What cannot be known from the data (firm, machine, price) is left open and says so."""
    return Recipe(
        id=product,
        title=in_all("propose-title", name=name),
        description=in_all("propose-description", name=name, columns=len(columns)),
        kind="quality-prediction" if label else "predictive-maintenance",
        industry="C",
        process=in_all(_OPEN),
        equipment=in_all(_OPEN),
        keywords=(in_all("propose-keyword-data"), in_all("propose-keyword-sensor"), both(name, name)),
        streams=(stream,),
        owner=_unknown_owner(),
        time=time,
        label=Label(label, _rarest(label_counts)) if label else None,
        costing=Costing(reason=in_all("propose-costs-open")),
        modelling=Modelling(leave_out=tuple(column for column in columns if _is_outcome(column, label))),
    )


def _rarest(counts: Mapping[str, int]) -> tuple[str, ...]:
    if len(counts) < 2:
        return ()
    return (min(counts, key=lambda value: (counts[value], value)),)


def _is_outcome(column: str, label: str | None) -> bool:
    plain = column.lower().replace(" ", "").replace("_", "").replace("-", "")
    return column != label and plain in _outcomes()


@cache
def _outcomes() -> frozenset[str]:
    return frozenset(tomllib.loads(_OUTCOMES.read_text("utf-8"))["names"])


def _unknown_owner() -> Owner:
    missing, word = in_all(_OPEN), text(_OPEN, "ko")
    return Owner(
        company=missing,
        department=missing,
        street=missing,
        city=missing,
        zip_code=word,
        country="KR",
        phone=word,
        email=word,
        manufacturer=missing,
        model=word,
        serial_number=word,
        year=word,
    )
