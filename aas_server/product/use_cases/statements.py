"""The statements that can be made, read from ``statements.toml`` beside this file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from submodels.text import Text
from submodels.use_cases import ProductKind


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence with places for the ``figures`` that back it; those of ``also`` go with it where measured."""

    figures: tuple[str, ...]
    ko: str
    en: str
    also: tuple[str, ...] = ()

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


@dataclass(frozen=True, slots=True)
class Common:
    """What is said whatever the kind: beside the kind's own sentences, or in their place."""

    top_variables: int
    judged: tuple[Template, ...]
    weak: tuple[Template, ...]
    unlabelled: tuple[Template, ...]


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
