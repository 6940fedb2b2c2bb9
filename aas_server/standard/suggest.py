"""What a field may mean: dictionary entries ranked by its name, unit and values, each with its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from aas_server.standard.clues import Clues, is_number, outside
from aas_server.standard.dictionary import Dictionary
from aas_server.standard.entry import Entry
from aas_server.standard.weights import weights
from templates import concepts, names

MOST = 5


@dataclass(frozen=True, slots=True)
class Reason:
    """``key`` names the sentence (``suggest-…``), ``values`` fill it."""

    key: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``score`` from 0 to 1. ``sure``: name, unit and values leave no doubt; only such a one may be applied
    unasked."""

    entry: Entry
    score: float
    sure: bool
    reasons: tuple[Reason, ...]


def suggest(clues: Clues, dictionary: Dictionary, most: int = MOST) -> list[Suggestion]:
    """The best ``most`` entries, best first; none where nothing speaks for any."""
    ours = _ours(clues, dictionary)
    found = [*ours, *_licensed(clues, dictionary, ours)]
    sure = [one for one in found if one.sure]
    if len({one.entry.key or one.entry.id for one in sure}) > 1:
        found = [Suggestion(one.entry, one.score, False, one.reasons) for one in found]
    if any(one.score >= weights().name.short and not _by_unit_alone(one) for one in found):
        found = [one for one in found if not _by_unit_alone(one)]
    found.sort(key=lambda one: (-one.score, not one.entry.irdi, not one.entry.key, one.entry.id))
    return found[:most]


def _by_unit_alone(one: Suggestion) -> bool:
    return one.reasons[0].key == "suggest-unit"


def _ours(clues: Clues, dictionary: Dictionary) -> list[Suggestion]:
    certain = clues.concept
    name = names.unit_in(clues.name)[0]
    # The unit's letters may say it, too: rpm, kWh.
    spelled = dict.fromkeys((clues.words, names.words(name)))
    found = []
    for entry in dictionary.own:
        if not entry.key:
            continue
        if certain is not None and certain.key == entry.key:
            called: tuple[float, Reason] | None = (weights().name.certain, Reason("suggest-name", {"word": name}))
        else:
            tried = [_called(parts, entry) for parts in spelled]
            called = max(filter(None, tried), key=lambda one: one[0], default=None)
        if (made := _weighed(clues, entry, called, certain is not None and certain.key == entry.key)) is not None:
            found.append(made)
    return found


def _weighed(clues: Clues, entry: Entry, called: tuple[float, Reason] | None, certain: bool) -> Suggestion | None:
    """The evidence of name, unit and values together; ``None`` where it can't be, or too little speaks for it."""
    unit = clues.known_unit
    score, reasons = (called[0], [called[1]]) if called else (0.0, [])
    fits = _fits_type(clues, entry)
    if fits is None:
        return None
    if unit is not None and (entry.quantities or not entry.units):
        if unit.quantity not in entry.quantities and not (called and unit.symbol in entry.loose):
            return None
        same = unit.symbol in (*entry.units, entry.unit, *entry.loose)
        score += weights().unit.same if same else weights().unit.kind
        if not called:
            score = weights().unit.alone
        reasons.append(Reason("suggest-unit", {"unit": unit.symbol}))
    if not reasons:
        return None
    if entry.plausible is not None and (clues.seen.low is not None or clues.seen.high is not None):
        wrong = outside(clues.seen, unit, entry.plausible)
        score += weights().values.plausible if wrong is None else weights().values.implausible
        if wrong is not None:
            certain = False
            reasons.append(Reason("suggest-implausible", {"value": f"{wrong:g}"}))
    score = round(min(1.0, score) * fits, 3)
    if score < weights().least:
        return None
    return Suggestion(entry, score, certain and fits == 1.0 and bool(entry.irdi), tuple(reasons))


def _fits_type(clues: Clues, entry: Entry) -> float | None:
    """``None`` where the values can't be of the entry's type; less than 1 where they are codes in digits."""
    if clues.numeric is None or not entry.data_type:
        return 1.0
    if clues.numeric == is_number(entry.data_type):
        return 1.0
    return weights().values.digits if clues.numeric else None


def _called(parts: tuple[str, ...], entry: Entry) -> tuple[float, Reason] | None:
    """How far the words of the name speak for the entry."""
    if not parts or names.is_blocked(parts):
        return None
    head = names.subject(names.head(parts), concepts.known_words())
    joined = "".join(part for part in parts if not part.isascii())
    best: tuple[float, Reason] | None = None
    for alias in entry.alias:
        wanted = names.words(alias)
        weight = _alias_weight(parts, head, joined, wanted)
        if weight and (best is None or weight > best[0]):
            best = (weight, Reason("suggest-word", {"word": alias}))
    if head and entry.key in concepts.in_german(head[-1]) and (best is None or best[0] < weights().name.tail):
        best = (weights().name.tail, Reason("suggest-word", {"word": entry.names["de"]}))
    return best or _short(parts, head, entry)


def _alias_weight(parts: tuple[str, ...], head: tuple[str, ...], joined: str, wanted: tuple[str, ...]) -> float:
    if not wanted:
        return 0.0
    if head[-len(wanted) :] == wanted:
        return weights().name.tail
    if any(parts[at : at + len(wanted)] == wanted for at in range(len(parts))):
        return weights().name.within
    if not wanted[0].isascii() and len(wanted[0]) > 1 and wanted[0] in joined:
        return weights().name.tail if joined.endswith(wanted[0]) else weights().name.within
    if len(wanted) == 1 and len(wanted[0]) > 3 and any(_alike(part, wanted[0]) for part in head[-1:]):
        return weights().name.alike
    return 0.0


def _alike(word: str, other: str) -> bool:
    return (
        abs(len(word) - len(other)) < 3 and SequenceMatcher(None, word, other).ratio() >= weights().name.alike_from
    )


def _short(parts: tuple[str, ...], head: tuple[str, ...], entry: Entry) -> tuple[float, Reason] | None:
    shorts = {short.lower() for short in entry.short}
    last = head[-1] if head else parts[-1]
    if last in shorts:
        weight = weights().name.short if len(last) > 1 else weights().name.letter
        return weight, Reason("suggest-short", {"word": last.upper()})
    for part in parts:
        if len(part) > 1 and part in shorts:
            return weights().name.aside, Reason("suggest-short", {"word": part.upper()})
    return None


def _licensed(clues: Clues, dictionary: Dictionary, ours: Iterable[Suggestion]) -> list[Suggestion]:
    """Imported entries by their names in any language. A Korean name is looked up by the English one of what we
    take it for as well."""
    if dictionary.licensed is None:
        return []
    plain = names.unit_in(clues.name)[0]
    parts = [word for word in names.core(names.words(plain)) if len(word) > 1 and not word.isdigit()]
    likely = max(
        (one for one in ours if one.score >= weights().name.certain), key=lambda one: one.score, default=None
    )
    asked = [(" ".join(parts), 1.0)] if parts else []
    if likely is not None:
        asked.append((likely.entry.name("en").lower(), weights().name.translated))
    found: dict[str, Suggestion] = {}
    for words, trust in asked:
        for entry in dictionary.licensed.candidates(words.split()):
            called = _name_weight(words, entry)
            if called is None:
                continue
            exact = called[0] >= weights().name.certain and trust == 1.0
            sure = exact and clues.known_unit is not None and bool(entry.quantities)
            made = _weighed(clues, entry, (called[0] * trust, called[1]), sure)
            if made is not None and (entry.id not in found or made.score > found[entry.id].score):
                found[entry.id] = made
    return list(found.values())


def _name_weight(words: str, entry: Entry) -> tuple[float, Reason] | None:
    asked = words.split()
    best: tuple[float, str] = (0.0, "")
    for name in (*entry.names.values(), *entry.short):
        there = [word for word in names.words(name) if not word.isdigit()]
        if not there:
            continue
        if there == asked or "".join(there) == "".join(asked):
            return weights().name.certain, Reason("suggest-word", {"word": name})
        both = len(set(there) & set(asked))
        best = max(best, (weights().name.tail * both / len(set(there) | set(asked)), name))
    return (best[0], Reason("suggest-word", {"word": best[1]})) if best[0] > 0 else None
