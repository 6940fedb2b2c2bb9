"""Our own table and the licensed dictionaries as one: looked up by IRDI or key, searched by words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from aas_server.errors import BadInput
from aas_server.standard import irdi as identifiers
from aas_server.standard.clues import Clues
from aas_server.standard.entry import Entry, kinds_of, of_concept, others
from aas_server.standard.licensed import Licensed
from templates import concepts, quantities, units

MOST = 50
_MEANT = 0.95
"""Of an entry that the words stand for, read as a variable's name (사출속도): next to its own name."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry found, with how well it matches (0 to 1)."""

    entry: Entry
    score: float


class Dictionary:
    """``licensed``: what the firm imported; without it our own table alone."""

    def __init__(self, licensed: Licensed | None = None) -> None:
        self.licensed = licensed

    @cached_property
    def own(self) -> tuple[Entry, ...]:
        """Our own table, and behind each quantity its other published entries."""
        return tuple(
            entry for concept in concepts.everything() for entry in (of_concept(concept), *others(concept))
        )

    def entry(self, id: str) -> Entry | None:
        """The entry by its IRDI or by the key of our table, or ``None``. Of ours another version does, too."""
        wanted = id.strip()
        exact = next((one for one in self.own if wanted and wanted in (one.id, one.key)), None)
        if exact is not None or not identifiers.is_irdi(wanted):
            return exact
        if self.licensed is not None and (imported := self.licensed.entry(wanted)) is not None:
            return imported
        base = identifiers.base(wanted)
        return next((one for one in self.own if one.irdi and identifiers.base(one.irdi) == base), None)

    def search(self, words: str = "", unit: str = "", quantity: str = "", most: int = MOST) -> list[Hit]:
        """Entries whose names bear the words, best first; only those that can have ``unit`` and ``quantity``
        (a kind by QUDT's name or by its name in a language), where these are given."""
        kinds = kinds_of(unit) if unit else frozenset()
        kind = quantities.quantity(quantity) if quantity else None
        if (unit and not kinds) or (quantity and kind is None):
            return []
        wanted = _plain(words)
        meant = _meant(words)
        hits: dict[str, Hit] = {}
        for one in self._candidates(wanted):
            if (kinds and kinds.isdisjoint(one.quantities)) or (kind and kind.key not in one.quantities):
                continue
            score = _score(wanted, words.strip().lower(), one) if wanted else 1.0
            if one.key in meant:
                score = max(score, _MEANT)
            if score > 0 and one.id not in hits:
                hits[one.id] = Hit(one, round(score, 3))
        return sorted(hits.values(), key=lambda hit: (-hit.score, not hit.entry.key, hit.entry.id))[:most]

    def _candidates(self, wanted: tuple[str, ...]) -> list[Entry]:
        return [*self.own, *(self.licensed.candidates(wanted) if self.licensed is not None else ())]


def check_asked(words: str, unit: str, quantity: str) -> None:
    """Raises ``BadInput`` for a search of nothing, and for a unit or a kind of quantity that is not known."""
    if unit and units.by_any(unit) is None:
        raise BadInput("concepts-unit-unknown", given=unit)
    if quantity and quantities.quantity(quantity) is None:
        known = ", ".join(one.key for one in quantities.everything())
        raise BadInput("concepts-quantity-unknown", given=quantity, known=known)
    if not (words.strip() or unit or quantity):
        raise BadInput("concepts-nothing-asked")


def _meant(words: str) -> frozenset[str]:
    """The keys of our table that the words stand for, read as the name of a variable."""
    clues = Clues(words)
    said = clues.concept
    german = concepts.in_german(clues.words[-1]) if clues.words else frozenset()
    return german if said is None else german | {said.key}


def _plain(text: str) -> tuple[str, ...]:
    """The words of a text in any script, in lower case."""
    return tuple(word for word in "".join(c if c.isalnum() else " " for c in text.lower()).split() if word)


def _score(wanted: tuple[str, ...], whole: str, entry: Entry) -> float:
    """1 for the very name, IRDI or key; else the share of the words that its names bear, less where they say
    much more than was asked."""
    called = [*entry.names.values(), *entry.alias]
    if whole in (entry.id.lower(), entry.key, *(name.lower() for name in called)):
        return 1.0
    if whole.upper() in (short.upper() for short in entry.short):
        return 0.9
    best = 0.0
    for name in (*called, entry.id):
        spelled = name.lower()
        there = _plain(spelled)
        exact = sum(word in there for word in wanted)
        # A letter stands in nearly every name.
        within = sum(len(word) > 1 and word not in there and word in spelled for word in wanted)
        share = (exact + 0.6 * within) / len(wanted)
        best = max(best, share * (0.5 + 0.35 * min(1.0, len(wanted) / max(len(there), 1))))
    return best if best > 0.2 else 0.0
