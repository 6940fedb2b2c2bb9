"""Units with their codes, from ``units.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class UnitCode:
    """A unit: ``code`` of UN/ECE Recommendation 20, ``irdi`` of IEC CDD 62720; either may be empty."""

    symbol: str
    code: str
    irdi: str


def unit(symbol: str) -> UnitCode | None:
    """The unit that is written so (``°C``, ``℃``, ``degC``), or ``None``."""
    return _spellings().get(_squeezed(symbol))


def by_code(code: str) -> UnitCode | None:
    """The unit with this UN/ECE code (``CEL``), or ``None``."""
    return next((known for known in _spellings().values() if known.code == code), None)


def _squeezed(symbol: str) -> str:
    return "".join(symbol.split()).strip("[]()")


@cache
def _spellings() -> Mapping[str, UnitCode]:
    data = tomllib.loads((Path(__file__).parent / "units.toml").read_text("utf-8"))
    result: dict[str, UnitCode] = {}
    for row in data["unit"]:
        known = UnitCode(row["symbol"], row["code"], row["irdi"])
        for spelled in (row["symbol"], *row.get("spelled", ())):
            result[_squeezed(spelled)] = known
    return result
