"""A first recipe for data nobody has described yet. It is written as ``product.toml`` and edited from there."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from aas_server.product.recipe import Label, Modelling, Owner, Recipe
from submodels.text import both

_OUTCOMES = Path(__file__).with_name("outcomes.toml")
_OPEN = both("(입력 필요)", "(to be filled in)")


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
        title=both(f"{name} 제조데이터", f"{name} manufacturing data"),
        description=both(
            f"{name}에서 수집한 {len(columns)}개 변수의 제조데이터입니다.",
            f"Manufacturing data of {len(columns)} variables collected from {name}.",
        ),
        kind="quality-prediction" if label else "predictive-maintenance",
        industry="C",
        process=_OPEN,
        equipment=_OPEN,
        keywords=(both("제조데이터", "manufacturing data"), both("센서", "sensor"), both(name, name)),
        streams=(stream,),
        owner=_unknown_owner(),
        time=time,
        label=Label(label, _rarest(label_counts)) if label else None,
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
    return Owner(
        company=_OPEN,
        department=_OPEN,
        street=_OPEN,
        city=_OPEN,
        zip_code=_OPEN["ko"],
        country="KR",
        phone=_OPEN["ko"],
        email=_OPEN["ko"],
        manufacturer=_OPEN,
        model=_OPEN["ko"],
        serial_number=_OPEN["ko"],
        year=_OPEN["ko"],
    )
