"""What a model of a release is fed with: its features in their order, with their names, units and types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

from aas_server.product.record import ReleaseRecord
from submodels.ai_model import AIModel
from submodels.field import Field
from submodels.text import Text


@dataclass(frozen=True, slots=True)
class Feature:
    """One input. ``name`` as the gateway wrote it, ``low`` and ``high`` the smallest and largest value of the
    release's data (``None`` without any), ``example`` one of its values. ``is_text``: it takes
    words, not numbers."""

    id_short: str
    name: str
    title: Text
    unit: str
    value_type: str
    low: float | None = None
    high: float | None = None
    example: float | str | None = None
    is_text: bool = False


@dataclass(frozen=True)
class Signature:
    """``features``: the numbers first, then the texts, as the model's inputs have them. ``beside``: the names of
    columns that rows of the release hold and the model does not use. ``rules``: how a record of the factory's
    becomes such a row (``RowCleaning`` as plain data), ``None`` where the release does not say."""

    release: str
    product: str
    model: AIModel
    features: tuple[Feature, ...]
    beside: frozenset[str]
    rules: Mapping[str, Any] | None = None

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Which input a name stands for: its idShort, or as the gateway wrote it. An idShort comes first."""
        raw = {feature.name: at for at, feature in enumerate(self.features) if feature.name not in self.beside}
        return raw | {feature.id_short: at for at, feature in enumerate(self.features)}


def signature_of(release: ReleaseRecord, seen: Mapping[str, tuple[object, object, object]]) -> Signature:
    """The signature of a release's model. ``seen``: smallest, largest and a usual value by column."""
    model, table = release.trained.model, release.prepared.main
    fields = {field.id_short: field for field in table.fields}
    names = (*model.features, *model.texts)
    features = tuple(
        _feature(name, fields.get(name), seen.get(name, (None,) * 3), name in model.texts) for name in names
    )
    used = set(names)
    described = (*table.fields, *release.prepared.processing.fields.get(table.stream, ()))
    others = [field for field in described if field.id_short not in used]
    beside = {"Time"} | {field.id_short for field in others} | {field.name for field in others}
    cleaning = release.prepared.row_cleaning
    rules = msgspec.to_builtins(cleaning.of(names)) if cleaning else None
    return Signature(release.id, release.product, model, features, frozenset(beside - used), rules)


def _feature(id_short: str, field: Field | None, seen: tuple[object, object, object], is_text: bool) -> Feature:
    low, high = (_number(value) for value in seen[:2])
    example = str(seen[2]) if is_text and seen[2] is not None else _number(seen[2])
    if field is None:
        kind = "xs:string" if is_text else "xs:double"
        return Feature(id_short, id_short, {}, "", kind, low, high, example, is_text)
    unit = field.unit.symbol if field.unit else ""
    return Feature(id_short, field.name, field.title, unit, field.value_type, low, high, example, is_text)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
