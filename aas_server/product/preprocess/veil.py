"""What the lineage must not tell: values of trade secrets and of people, names of columns that are dropped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from aas_server.messages import in_all
from aas_server.product.recipe.cleaning import Cleaning
from submodels.field import Field

_OF_VALUES = ("codes", "values")
_OF_NAMES = ("column", "names")


@dataclass(frozen=True, slots=True)
class Veil:
    """By idShort: ``dropped`` columns are not even named; of ``hidden`` ones (the dropped among them) no value is
    shown."""

    dropped: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()

    @staticmethod
    def of(cleaning: Cleaning, fields: Iterable[Field]) -> Veil:
        known = list(fields)
        return Veil(
            frozenset(field.id_short for field in known if cleaning.drops(field.name)),
            frozenset(field.id_short for field in known if cleaning.hides(field.name)),
        )

    def also(self, source: str, derived: str) -> Veil:
        """A column that tells of a veiled one is veiled like it."""
        veil = self
        if source in self.dropped:
            veil = replace(veil, dropped=veil.dropped | {derived})
        return replace(veil, hidden=veil.hidden | {derived}) if source in self.hidden else veil

    def hides(self, columns: Iterable[str]) -> bool:
        return any(name in self.hidden for name in columns)

    def names(self, columns: Iterable[str]) -> tuple[str, ...]:
        """Those of the columns that may be named."""
        return tuple(name for name in columns if name not in self.dropped)

    def place(self, example: str) -> str:
        """The row and time of an example, without the column's name."""
        head, found, _ = example.partition("): ")
        return f"{head})" if found else example.partition(": ")[0]

    def values(self, columns: tuple[str, ...], values: Mapping[str, object]) -> dict[str, object]:
        """What fills a sentence about veiled columns."""
        shown = dict(values)
        shown.update({name: "…" for name in _OF_VALUES if name in shown})
        if self.names(columns) != columns:
            shown.update({name: in_all("preprocess-withheld") for name in _OF_NAMES if name in shown})
        return shown
