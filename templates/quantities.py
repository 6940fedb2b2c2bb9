"""Kinds of quantity (QUDT) with their IEC CDD 62720 identifiers, from ``quantities.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Quantity:
    """``key``: QUDT's name of the kind. ``irdi`` stands for the kind, never for a field; empty where none was
    found. ``names`` are ``{"ko", "en", "de"}``."""

    key: str
    irdi: str
    names: Mapping[str, str]


def quantity(key: str) -> Quantity | None:
    """The kind by QUDT's name or by its name in a language (without regard to case), or ``None``."""
    wanted = key.strip().lower()
    return next(
        (
            one
            for one in everything()
            if wanted in (one.key.lower(), *(name.lower() for name in one.names.values()))
        ),
        None,
    )


@cache
def everything() -> tuple[Quantity, ...]:
    """Every kind that a unit of ours is of."""
    data = tomllib.loads((Path(__file__).parent / "quantities.toml").read_text("utf-8"))
    return tuple(
        Quantity(row["key"], row["irdi"], {language: row[language] for language in ("ko", "en", "de")})
        for row in data["quantity"]
    )
