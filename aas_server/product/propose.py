"""A first recipe for data nobody has described yet. It is written as ``product.toml`` and edited from there."""

from __future__ import annotations

from collections.abc import Mapping

from aas_server.messages import in_all, text
from aas_server.product.labels import is_number
from aas_server.product.outcomes import is_outcome
from aas_server.product.recipe import Costing, Label, Modelling, Owner, Recipe
from aas_server.product.train.settings import baseline
from submodels.text import both

_OPEN = "propose-open"


def recipe(
    product: str,
    name: str,
    streams: tuple[str, ...],
    columns: tuple[str, ...],
    time: str | None,
    label: str | None,
    label_counts: Mapping[str, int],
) -> Recipe:
    """A first recipe; ``columns`` are those of the main stream, the first. ``label_counts`` are the rows per value
    of the label: of two values the rarer one is taken for the defect, of more each is a class of its own, and more
    numbers than there may be classes are numbers to be told. A column of one value tells nothing apart and is no
    label. What cannot be known from the data (firm, machine, price) is left open and says so."""
    label = label if len(label_counts) > 1 else None
    many = len(label_counts) > baseline().limits.max_classes and all(map(is_number, label_counts))
    return Recipe(
        id=product,
        title=in_all("propose-title", name=name),
        description=in_all("propose-description", name=name, columns=len(columns)),
        kind="quality-prediction" if label else "predictive-maintenance",
        industry="C",
        process=in_all(_OPEN),
        equipment=in_all(_OPEN),
        keywords=(in_all("propose-keyword-data"), in_all("propose-keyword-sensor"), both(name, name)),
        streams=streams,
        owner=_unknown_owner(),
        time=time,
        label=Label(label, _rarest(label_counts) if len(label_counts) == 2 else ()) if label else None,
        costing=Costing(reason=in_all("propose-costs-open")),
        modelling=Modelling(
            task="regression" if label and many else None,
            leave_out=tuple(column for column in columns if column != label and is_outcome(column)),
        ),
    )


def _rarest(counts: Mapping[str, int]) -> tuple[str, ...]:
    return (min(counts, key=lambda value: (counts[value], value)),)


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
