"""A dictionary entry in one form, wherever it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from templates import concepts, units
from templates.concepts import Concept, Plausible

OWN = "own"


@dataclass(frozen=True, slots=True)
class Entry:
    """``id``: its IRDI, or the key of our table where no dictionary has it. ``dictionary``: ``ECLASS``,
    ``IEC CDD`` or ``own``. ``names`` and ``definition`` by language. ``unit``: a symbol of ours, a code of a
    unit, or empty.
    ``quantities``: kinds of ``quantities.toml`` it can be. ``source``: where it was published, or the file it was
    imported from. ``key``: of our table, empty for an imported one. ``loose``: units of another kind that practice
    writes for it."""

    id: str
    dictionary: str
    names: Mapping[str, str]
    definition: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    quantities: frozenset[str] = frozenset()
    data_type: str = ""
    short: tuple[str, ...] = ()
    source: str = ""
    key: str = ""
    alias: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    plausible: Plausible | None = None

    @property
    def irdi(self) -> str:
        """The IRDI; empty where no dictionary has it."""
        return "" if self.dictionary == OWN else self.id

    def name(self, language: str) -> str:
        """Its name in ``language``, else in English, else in whichever there is."""
        return self.names.get(language) or self.names.get("en") or next(iter(self.names.values()), self.id)

    def as_json(self) -> dict[str, object]:
        """The entry for a script."""
        return {
            "id": self.id,
            "irdi": self.irdi,
            "key": self.key,
            "dictionary": self.dictionary,
            "names": dict(self.names),
            "definition": dict(self.definition),
            "unit": self.unit,
            "units": list(self.units),
            "quantities": sorted(self.quantities),
            "data_type": self.data_type,
            "short": list(self.short),
            "source": self.source,
        }


@dataclass(frozen=True, slots=True)
class UnitNamed:
    """What a dictionary calls a unit: its IRDI there and the symbol of ours (or its own, where ours has none)."""

    irdi: str
    symbol: str


def of_concept(concept: Concept) -> Entry:
    """A row of our own table."""
    return Entry(
        id=concept.irdi or concept.key,
        dictionary=dictionary_of(concept.irdi),
        names=concept.names,
        definition=concept.definition,
        unit=concept.unit,
        quantities=concept.quantities,
        data_type=concept.value_type,
        short=concept.short,
        source=concept.source,
        key=concept.key,
        alias=(*concept.alias, *concept.german),
        units=concept.units,
        loose=concept.loose,
        plausible=concept.plausible,
    )


def dictionary_of(irdi: str) -> str:
    """``ECLASS``, ``IEC CDD``, or ``own`` for no IRDI."""
    return "ECLASS" if irdi.startswith("0173") else "IEC CDD" if irdi.startswith("0112") else OWN


def others(concept: Concept) -> tuple[Entry, ...]:
    """The other dictionary entries of a quantity of ours, under their published names."""
    known = of_concept(concept)
    return tuple(
        Entry(
            id=other.irdi,
            dictionary=dictionary_of(other.irdi),
            names={"en": other.name},
            quantities=known.quantities,
            data_type=known.data_type,
            source=other.source,
            units=known.units,
            loose=known.loose,
            plausible=known.plausible,
        )
        for other in concept.also
        if concepts.by_irdi(other.irdi) is None
    )


def kinds_of(unit: str) -> frozenset[str]:
    """The kind of quantity that a unit is of; none for a unit that is not known."""
    known = units.by_any(unit) if unit else None
    return frozenset({known.quantity}) if known is not None else frozenset()
