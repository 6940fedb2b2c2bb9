"""Factory quantities and what they are called in dictionaries, from ``concepts.toml``.

``propose`` never guesses: where a name does not say what it is, there is no proposal and an own URI is right.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from templates import names, units


@dataclass(frozen=True, slots=True)
class Plausible:
    """What no value of a quantity can lie outside of. ``unit``: a symbol, empty for plain numbers. ``reason`` is
    ``{"ko", "en"}``."""

    minimum: float | None
    maximum: float | None
    unit: str
    reason: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Other:
    """Another dictionary entry of the same quantity, by its published ``name``."""

    irdi: str
    source: str
    name: str


@dataclass(frozen=True, slots=True)
class Concept:
    """A quantity. ``irdi`` is empty where no dictionary entry was found for it (it still has names, a definition
    and units). ``unit`` is a symbol of ``units.toml``, empty where practice varies. ``title`` and ``definition``
    are ``{"ko", "en"}``, ``names`` ``{"ko", "en", "de"}``; ``value_type`` an XSD type such as ``xs:double``;
    ``quantity`` a kind of ``quantities.toml``; ``alias`` the heads of names, ``german`` German ones, ``short``
    abbreviations; ``loose`` units of another kind that practice writes for it."""

    key: str
    irdi: str
    source: str
    title: Mapping[str, str]
    definition: Mapping[str, str]
    unit: str
    units: tuple[str, ...]
    value_type: str
    names: Mapping[str, str]
    quantity: str = ""
    alias: tuple[str, ...] = ()
    german: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    also: tuple[Other, ...] = ()
    plausible: Plausible | None = None

    @property
    def quantities(self) -> frozenset[str]:
        """The kinds of quantity its units are of (a level is a length or a share)."""
        kinds = {known.quantity for symbol in self.units if (known := units.unit(symbol)) is not None}
        return frozenset(kinds | {self.quantity} - {""})


@dataclass(frozen=True, slots=True)
class _Entry:
    concept: Concept
    refine: Mapping[str, str]
    block: frozenset[str]


def concept(key: str) -> Concept | None:
    """The quantity with this key (``temperature``), or ``None``."""
    entry = _table().get(key)
    return entry.concept if entry else None


def everything() -> tuple[Concept, ...]:
    """Every quantity, in the order of the table."""
    return tuple(entry.concept for entry in _table().values())


def by_irdi(irdi: str) -> Concept | None:
    """The quantity that this dictionary entry stands for, or ``None``."""
    return next((entry.concept for entry in _table().values() if irdi and entry.concept.irdi == irdi), None)


def propose(name: str, unit: str | None = None) -> Concept | None:
    """The quantity a column or tag names, judged by the head of its name and, where given, its unit.

    ``lower_mold_temp1`` is a temperature, ``max_injection_speed`` a speed, ``value`` nothing. A unit may stand in
    the name: ``온도 (℃)``. A known unit that the quantity can't have (``pressure`` in mm) makes it nothing, too.
    """
    name, said = names.unit_in(name)
    unit = unit or said
    parts = names.words(name)
    if names.is_blocked(parts):
        return None
    head = names.head(parts)
    entry = _whole().get(parts) or _aliases().get(parts) or _match(head) or _match(names.core(head))
    if entry is None or not entry.block.isdisjoint(parts):
        return None
    symbol = _symbol(unit)
    if symbol is None:
        return entry.concept
    if symbol not in (*entry.concept.units, *entry.concept.loose):
        return None
    return concept(entry.refine.get(symbol, entry.concept.key))


def in_german(word: str) -> frozenset[str]:
    """The keys of what a German word names, whole or as the end of a compound: ``kuehlwassertemperatur`` is a
    temperature. Of two endings the longer one counts."""
    endings = [ending for ending in _german() if word.endswith(ending)]
    return _german()[max(endings, key=len)] if endings else frozenset()


@cache
def known_words() -> frozenset[str]:
    """Single words and abbreviations (of two letters or more) that stand for some quantity."""
    single = (names.words(word) for one in everything() for word in (*one.alias, *one.german, *one.short))
    return frozenset(parts[0] for parts in single if len(parts) == 1 and len(parts[0]) > 1) | _german().keys()


def title(name: str, unit: str | None = None) -> dict[str, str]:
    """What to call a column in Korean and English. What the name itself does not give comes from its quantity:
    설비명 is Equipment name, 금형온도1 is Temperature (금형온도1). Where nothing is known it is the name."""
    label, known = names.label(name), propose(name, unit)
    if known is None:
        return label
    parts = names.words(names.unit_in(name)[0])
    says_all = parts in _whole() or parts in _aliases()
    return {
        language: _title(name, text, known.title[language], language, says_all) for language, text in label.items()
    }


def _title(name: str, label: str, quantity: str, language: str, says_all: bool) -> str:
    native = name.isascii() == (language == "en")
    if label != name or (native and (language == "ko" or not says_all)):
        return label
    return quantity if says_all else f"{quantity} ({name})"


def _symbol(unit: str | None) -> str | None:
    known = units.unit(unit) if unit else None
    return known.symbol if known else None


def _match(parts: tuple[str, ...]) -> _Entry | None:
    """The longest alias at the end of the name; Korean compounds are matched by their ending (금형온도)."""
    if not parts:
        return None
    aliases = _aliases()
    for start in range(len(parts)):
        if parts[start:] in aliases:
            return aliases[parts[start:]]
    joined = "".join(part for part in parts if not part.isascii())
    if parts[-1].isascii():
        return None
    endings = [alias for alias in aliases if not alias[0].isascii() and joined.endswith(alias[0])]
    return aliases[max(endings, key=lambda alias: len(alias[0]))] if endings else None


@cache
def _aliases() -> Mapping[tuple[str, ...], _Entry]:
    return {
        names.words(alias): _table()[str(row["key"])]
        for row in _rows()
        for alias in row["alias"]
        if not alias.startswith("=")
    }


@cache
def _whole() -> Mapping[tuple[str, ...], _Entry]:
    return {
        names.words(alias): _table()[str(row["key"])]
        for row in _rows()
        for alias in row["alias"]
        if alias.startswith("=")
    }


@cache
def _german() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for one in everything():
        for spelled in one.german:
            found.setdefault("".join(names.words(spelled)), set()).add(one.key)
    return {ending: frozenset(keys) for ending, keys in found.items()}


@cache
def _table() -> Mapping[str, _Entry]:
    return {row["key"]: _entry(row) for row in _rows()}


def _entry(row: Mapping[str, Any]) -> _Entry:
    plausible = row.get("plausible")
    made = Concept(
        key=str(row["key"]),
        irdi=str(row["irdi"]),
        source=_sources().get(str(row.get("source", "")), ""),
        title={"ko": str(row["ko"]), "en": str(row["en"])},
        definition=row["definition"],
        unit=str(row.get("unit", "")),
        units=tuple(row["units"]),
        value_type=str(row["value_type"]),
        names={language: str(row[language]) for language in ("ko", "en", "de")},
        quantity=str(row.get("quantity", "")),
        alias=tuple(alias.removeprefix("=") for alias in row["alias"]),
        german=tuple(row.get("german", ())),
        short=tuple(row.get("short", ())),
        loose=tuple(row.get("loose", ())),
        also=tuple(
            Other(other["irdi"], _sources()[other["source"]], other["name"]) for other in row.get("also", ())
        ),
        plausible=_plausible(plausible) if plausible else None,
    )
    return _Entry(made, row.get("refine", {}), frozenset(row.get("block", ())))


def _plausible(row: Mapping[str, Any]) -> Plausible:
    return Plausible(
        row.get("minimum"), row.get("maximum"), row["unit"], {language: row[language] for language in ("ko", "en")}
    )


def _rows() -> tuple[Mapping[str, Any], ...]:
    return tuple(_data()["concept"])


def _sources() -> Mapping[str, str]:
    sources: Mapping[str, str] = _data()["source"]
    return sources


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "concepts.toml").read_text("utf-8"))
