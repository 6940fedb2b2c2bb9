"""Units with their codes and their conversion, from ``units.toml``."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class UnitCode:
    """A unit: ``code`` of UN/ECE Recommendation 20, ``irdi`` of IEC CDD 62720, ``ucum``, ``qudt`` (the end of its
    address); each may be empty. ``quantity``: the QUDT quantity kind it is used for. A value in the SI unit is
    ``(value + offset) * factor`` (QUDT's rule); ``factor`` is ``None`` where there is no such conversion."""

    symbol: str
    code: str
    irdi: str
    ucum: str = ""
    qudt: str = ""
    quantity: str = ""
    factor: float | None = None
    offset: float = 0.0
    ambiguous: bool = False
    spelled: tuple[str, ...] = ()


def unit(symbol: str) -> UnitCode | None:
    """The unit that is written so (``°C``, ``℃``, ``degC``; ``㎾`` of Korean keyboards, too), or ``None``."""
    return _spellings().get(_squeezed(symbol)) or _folded().get(_fold(symbol))


def in_name(text: str) -> UnitCode | None:
    """The unit that stands in brackets behind a name; ``None`` for what is a word as well (``in``)."""
    known = unit(text)
    return None if known is None or known.ambiguous else known


def by_code(code: str) -> UnitCode | None:
    """The unit with this UN/ECE code (``CEL``), or ``None``."""
    return next((known for known in everything() if code and known.code == code), None)


def by_any(text: str) -> UnitCode | None:
    """The unit by its spelling or by its code in any of the four systems: ``℃``, ``CEL``, ``Cel``, ``DEG_C``, or
    the IRDI; ``None`` where none has it."""
    plain = text.rsplit("/", 1)[-1] if "qudt.org" in text else text
    return unit(plain) or next(
        (known for known in everything() if plain and plain in (known.code, known.irdi, known.ucum, known.qudt)),
        None,
    )


def everything() -> tuple[UnitCode, ...]:
    """Every unit, in the order of the table."""
    return _table()


def convert(value: float, source: UnitCode, target: UnitCode) -> float:
    """``value`` given in ``source``, told in ``target``. Raises ``ValueError`` for two kinds of quantity, or where
    one has no linear conversion (dB)."""
    if source == target:
        return value
    if source.quantity != target.quantity or not source.factor or not target.factor:
        raise ValueError(f"no conversion from {source.symbol} to {target.symbol}")
    return (value + source.offset) * source.factor / target.factor - target.offset


def _fold(symbol: str) -> str:
    """One spelling for characters that look alike: ``㎾`` and ``kW``, ``㎥`` and ``m³``, the two ``µ``."""
    return unicodedata.normalize("NFKC", _squeezed(symbol))


def _squeezed(symbol: str) -> str:
    return "".join(symbol.split()).strip("[]()")


@cache
def _table() -> tuple[UnitCode, ...]:
    data = tomllib.loads((Path(__file__).parent / "units.toml").read_text("utf-8"))
    return tuple(UnitCode(**{**row, "spelled": tuple(row.get("spelled", ()))}) for row in data["unit"])


@cache
def _spellings() -> Mapping[str, UnitCode]:
    return {_squeezed(text): known for known in _table() for text in (known.symbol, *known.spelled)}


@cache
def _folded() -> Mapping[str, UnitCode]:
    return {_fold(text): known for text, known in _spellings().items()}
