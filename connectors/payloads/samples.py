"""Values of any kind as the columns of a narrow stream: a number, or a text where it is none."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from connectors.flags import NOT_A_NUMBER
from connectors.message import EXACT, Narrow
from connectors.payloads.placing import Place

_NUMBER = re.compile(r"[+-]?(?:(?:0|[1-9]\d*)(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_STRANGE = frozenset(("nan", "inf", "infinity", "1.#qnan", "1.#inf", "1.#ind"))
_LONGEST_STRANGE = 12
_BEGINS = "0123456789-"
_STATES, _LONGEST_STATE = 4096, 64
"""How many texts are remembered for what they are: states come again and again."""
_floats = msgspec.json.Decoder(list[float])

Columns = tuple[list[float | None], list[str | None], Sequence[int]]


def columns(values: list[object]) -> Columns:
    """Values as numbers and texts, and the rows of those that say that they are no number (``NaN``).

    ``"007"`` and ``"E101"`` are codes and stay text, as do ``"12,5"`` and states such as ``"ON"``.
    """
    kinds = set(map(type, values))
    numbers: list[float] | None = None
    if kinds == {str}:
        numbers = _all_numbers(values)  # type: ignore[arg-type]
        if numbers is None and (found := _of_texts(values)) is not None:  # type: ignore[arg-type]
            return found
    elif kinds == {float}:
        numbers = values  # type: ignore[assignment]
    elif kinds and kinds <= {float, int} and max(map(abs, values)) < EXACT:  # type: ignore[arg-type]
        numbers = list(map(float, values))  # type: ignore[arg-type]
    if numbers is not None and _are_exact(numbers):
        return numbers, [None] * len(values), ()  # type: ignore[return-value]
    return _one_by_one(values)


def _one_by_one(values: list[object]) -> Columns:
    found = list(map(split, values))
    texts = [text for _, text in found]
    return [number for number, _ in found], texts, [row for row, text in enumerate(texts) if is_strange(text)]


def _are_exact(numbers: list[float]) -> bool:
    """Seldom not where they are: no number is larger than the root of the sum of all squares, found in one go."""
    return math.hypot(*numbers) < EXACT


def _all_numbers(values: list[str]) -> list[float] | None:
    """Texts that are all numbers as JSON writes them, read in one go; that a text holds a comma shows in the
    count."""
    try:
        numbers = _floats.decode("[" + ",".join(values) + "]")
    except (msgspec.DecodeError, UnicodeError):
        return None
    return numbers if len(numbers) == len(values) else None


def _of_texts(values: list[str]) -> Columns | None:
    """Numbers among states, read in one go as well; ``None`` where what begins as a number is none."""
    likely = [row for row, value in enumerate(values) if value[:1] in _BEGINS and value]
    found = _all_numbers([values[row] for row in likely])
    if found is None or not _are_exact(found):
        return None
    numbers: list[float | None] = [None] * len(values)
    texts: list[str | None] = list(values)
    for row, number in zip(likely, found, strict=True):
        numbers[row], texts[row] = number, None
    strange: list[int] = []
    for row, text in enumerate(texts):
        if text is not None:
            numbers[row], texts[row], doubt = _state(text) if len(text) < _LONGEST_STATE else (*split(text), False)
            if doubt:
                strange.append(row)
    return numbers, texts, strange


@lru_cache(_STATES)
def _state(text: str) -> tuple[float | None, str | None, bool]:
    return *split(text), is_strange(text)


def split(value: object) -> tuple[float | None, str | None]:
    """A value as number and text; both are ``None`` where there is none."""
    if isinstance(value, str):
        plain = value.strip()
        if not _NUMBER.fullmatch(plain):
            return None, value
        number = float(plain)
        if number in (float("inf"), float("-inf")):
            return None, value
        return number, value if abs(number) >= EXACT else None
    if isinstance(value, bool):
        return None, "true" if value else "false"
    if isinstance(value, int | float):
        return (float(value), None) if abs(value) < EXACT else split(str(value))
    return None, None if value is None else msgspec.json.encode(value).decode()


def is_strange(text: str | None) -> bool:
    """Whether a text is what programs write for a number that is none."""
    if text is None or len(text) > _LONGEST_STRANGE:
        return False
    return text.strip().lstrip("+-").lower() in _STRANGE


def single(place: Place, tag: str, value: object, time: int | None, flags: tuple[str, ...]) -> Narrow:
    """One sample of a device's stream."""
    number, text = split(value)
    if is_strange(text):
        flags = (*flags, NOT_A_NUMBER)
    return Narrow(place.stream, place.filter, [time], [tag], [number], [text], {0: flags} if flags else {})


def flags_of(
    rows: int, common: tuple[str, ...], doubts: dict[int, str], strange: Sequence[int]
) -> dict[int, tuple[str, ...]]:
    """The flags of a part's rows: those of the message, those of times, and values that are no numbers."""
    flags: dict[int, tuple[str, ...]] = dict.fromkeys(range(rows), common) if common else {}
    for row, doubt in doubts.items():
        flags[row] = (*flags.get(row, ()), doubt)
    for row in strange:
        flags[row] = (*flags.get(row, ()), NOT_A_NUMBER)
    return flags
