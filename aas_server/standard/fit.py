"""Does a dictionary entry fit the field that bears it: its name, its unit, its values?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aas_server.standard import irdi as identifiers
from aas_server.standard.clues import Clues, is_number, outside
from aas_server.standard.dictionary import Dictionary
from aas_server.standard.entry import Entry
from submodels.text import Text
from templates import concepts, quantities
from templates.concepts import Concept

_SPEEDS = frozenset({"Velocity", "AngularVelocity", "Frequency"})
"""All called speed on a shop floor: only the unit tells which it is, so a name alone speaks against none."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """``key`` names the sentence (``fit-…``), ``values`` fill it; texts in both languages stand as ``Text``."""

    key: str
    values: Mapping[str, str | Text]


def check(clues: Clues, semantic_id: str, dictionary: Dictionary) -> list[Misfit]:
    """What speaks against the IRDI on this field; nothing where it fits, is an own URI, or can't be judged
    because no dictionary here knows it."""
    if not identifiers.looks_like(semantic_id):
        return []
    if not identifiers.is_irdi(semantic_id):
        return [Misfit("fit-invalid", {"irdi": semantic_id})]
    kind = identifiers.kind(semantic_id)
    if kind != "property":
        return [Misfit("fit-no-property", {"irdi": semantic_id, "kind": kind})]
    entry = dictionary.entry(semantic_id)
    return against(clues, entry) if entry is not None else []


def against(clues: Clues, entry: Entry) -> list[Misfit]:
    """What speaks against this entry on the field."""
    found = []
    unit = clues.known_unit
    called = _text(entry)
    fits = unit is None or not entry.quantities or unit.quantity in entry.quantities or unit.symbol in entry.loose
    if unit is not None and not fits:
        found.append(Misfit("fit-unit", {"entry": called, "unit": unit.symbol, "kind": _kind(unit.quantity)}))
    if (other := _says_other(clues.name, entry)) is not None:
        found.append(Misfit("fit-name", {"entry": called, "name": clues.name, "kind": other.title}))
    if clues.numeric is False and entry.data_type and is_number(entry.data_type):
        found.append(Misfit("fit-type", {"entry": called, "name": clues.name}))
    if entry.plausible is not None and (wrong := outside(clues.seen, unit, entry.plausible)) is not None:
        values: dict[str, str | Text] = {"entry": called, "value": f"{wrong:g}", "reason": entry.plausible.reason}
        found.append(Misfit("fit-values", values))
    return found


def against_words(name: str, words: str) -> Misfit | None:
    """Whether what a sheet writes beside a name (preferred name, definition) is of another quantity than the name
    says: ``temperature of a component`` beside ``DescendingSpeed``."""
    meant, said = concepts.propose(name), concepts.propose(_subject_of(words))
    if meant is None or said is None or not differ(meant, said):
        return None
    return Misfit("fit-words", {"name": name, "kind": meant.title, "words": words[:80], "other": said.title})


def _says_other(name: str, entry: Entry) -> Concept | None:
    """The quantity that the name says for certain, where the entry is of another one."""
    meant = concepts.propose(name)
    if meant is None or not entry.quantities or not meant.quantities or meant.key == entry.key:
        return None
    return meant if _wide(meant.quantities).isdisjoint(_wide(entry.quantities)) else None


def differ(one: Concept, other: Concept) -> bool:
    """Whether no value can be of both quantities."""
    return bool(one.quantities and other.quantities) and _wide(one.quantities).isdisjoint(_wide(other.quantities))


def _wide(kinds: frozenset[str]) -> frozenset[str]:
    return kinds | _SPEEDS if kinds & _SPEEDS else kinds


def _subject_of(words: str) -> str:
    """What a definition begins with, before it is told further: ``temperature of a component`` → temperature."""
    return words.lower().split(" of ", 1)[0].split(",", 1)[0].split("(", 1)[0].strip()


def _kind(key: str) -> Text:
    known = quantities.quantity(key)
    return {"ko": known.names["ko"], "en": known.names["en"]} if known else {"ko": key, "en": key}


def _text(entry: Entry) -> Text:
    return {"ko": entry.name("ko"), "en": entry.name("en")}
