"""How far the fields of a product bear a meaning, what is open, what does not fit, and what would do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aas_server.product.fields import Twin, interfaces
from aas_server.standard import fit
from aas_server.standard.clues import Extent, of_field
from aas_server.standard.coverage import Standing, coverage, standing
from aas_server.standard.dictionary import Dictionary
from aas_server.standard.fit import Misfit
from aas_server.standard.suggest import Suggestion, suggest
from submodels.data_processing import Coverage
from submodels.field import Field

Look = Callable[[str], Mapping[str, Extent]]


@dataclass(frozen=True, slots=True)
class Line:
    """A field with how it stands. ``suggestions`` for one without an IRDI; ``misfits`` for one with."""

    stream: str
    field: Field
    standing: Standing
    suggestions: tuple[Suggestion, ...]
    misfits: tuple[Misfit, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """``coverage`` counts fields; ``lines`` are all of them, in the order of the feeds."""

    product: str
    coverage: Coverage
    lines: tuple[Line, ...]

    @property
    def shares(self) -> Mapping[str, float | None]:
        """Share of fields with an IRDI, an own URI, nothing (0 to 1); ``None`` where there is no field."""
        every = len(self.lines)
        counts = {"irdi": self.coverage.irdi, "own": self.coverage.own, "open": self.coverage.open}
        return {name: count / every if every else None for name, count in counts.items()}

    @property
    def misfits(self) -> int:
        """How many fields bear an IRDI that something speaks against."""
        return sum(bool(line.misfits) for line in self.lines)


def report(twin: Twin, product: str, dictionary: Dictionary, look: Look) -> Report:
    """``look`` tells the values of a stream by field. Raises ``NotFound`` where nothing is described yet."""
    feeds = interfaces(twin, product).feeds
    lines = tuple(
        line(feed.stream, field, dictionary, values)
        for feed in feeds
        for values in (look(feed.stream),)
        for field in feed.fields
    )
    return Report(product, coverage(one.field for one in lines), lines)


def line(stream: str, field: Field, dictionary: Dictionary, seen: Mapping[str, Extent] | None = None) -> Line:
    """One field, looked at with the values that came."""
    clues = of_field(field, seen)
    stands = standing(field)
    suggestions = () if stands == "irdi" else tuple(suggest(clues, dictionary))
    if stands == "own":
        # It is described already: only an official identifier would be a gain.
        suggestions = tuple(one for one in suggestions if one.entry.irdi)
    return Line(stream, field, stands, suggestions, tuple(fit.check(clues, field.semantic_id, dictionary)))
