"""The statements that can be made, read from ``statements.toml`` beside this file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from submodels.ai_model import AIModel, Metric
from submodels.text import Text
from submodels.use_cases import ProductKind

Sort = Literal["judged", "classes", "number", "life", "weak", "weak_other", "unlabelled"]


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence with places for the ``figures`` that back it; those of ``also`` go with it where measured.
    ``each``: one sentence for each of these. ``pictures``: only for a model of pictures, or of rows; ``metric``:
    only for one that is judged by it."""

    figures: tuple[str, ...]
    ko: str
    en: str
    also: tuple[str, ...] = ()
    each: Literal["window"] | None = None
    pictures: bool | None = None
    metric: Metric | None = None

    def filled(self, values: Mapping[str, object], texts: Mapping[str, Text]) -> Text:
        """The sentence in both languages; ``texts`` fill it in the language's own words."""
        return {
            language: template.format(**values, **{name: words[language] for name, words in texts.items()})
            for language, template in (("ko", self.ko), ("en", self.en))
        }


@dataclass(frozen=True, slots=True)
class Kind:
    title: Text
    judged: tuple[Template, ...]
    classes: tuple[Template, ...] = ()
    number: tuple[Template, ...] = ()
    life: tuple[Template, ...] = ()


@dataclass(frozen=True, slots=True)
class Common:
    """What is said whatever the kind: beside the kind's own sentences, or in their place."""

    top_variables: int
    judged: tuple[Template, ...]
    classes: tuple[Template, ...]
    number: tuple[Template, ...]
    life: tuple[Template, ...]
    weak: tuple[Template, ...]
    weak_other: tuple[Template, ...]
    unlabelled: tuple[Template, ...]
    nothing: tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class Statements:
    common: Common
    kinds: Mapping[ProductKind, Kind]


@cache
def statements() -> Statements:
    """All of ``statements.toml``."""
    content = msgspec.toml.decode(Path(__file__).with_name("statements.toml").read_bytes())
    common = msgspec.convert(content.pop("common"), Common)
    return Statements(common, msgspec.convert(content, dict[ProductKind, Kind]))


def templates(kind: ProductKind, model: AIModel) -> tuple[Template, ...]:
    """The sentences for a product of this kind with this model, whether or not their figures were measured."""
    common, own = statements().common, statements().kinds[kind]
    match sort(model):
        case "judged":
            chosen = (*own.judged, *common.judged)
        case "classes":
            chosen = own.classes or common.classes
        case "number":
            chosen = own.number or common.number
        case "life":
            chosen = own.life or common.life
        case "weak":
            chosen = common.weak
        case "weak_other":
            chosen = common.weak_other
        case "unlabelled":
            chosen = common.unlabelled
    fit = (one for one in chosen if one.metric in (None, model.metric))
    return tuple(one for one in fit if one.pictures in (None, model.picture is not None))


def sort(model: AIModel) -> Sort:
    """What may be said of it at all: by what it tells, and whether it passed."""
    if model.task in ("regression", "remaining-useful-life"):
        told: Sort = "number" if model.task == "regression" else "life"
        return "weak_other" if model.weak else told
    if model.label is None:
        return "unlabelled"
    if model.positive is None:
        return "weak_other" if model.weak else "classes"
    return "weak" if model.weak else "judged"
