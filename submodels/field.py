"""A field: one variable of a stream, with its name in the feed, its idShort and its meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from submodels.text import Text

Role = Literal["feature", "label", "key", "text", "time", "tag", "mark"]
"""``mark``: a column of ours that tells of another one, such as a flag; no model learns from it."""
Origin = Literal["irdi", "own"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit in the codes of UN/ECE Rec. 20 and IEC CDD 62720 (either may be empty)."""

    symbol: str
    code: str = ""
    irdi: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """``name`` as the gateway wrote it; ``value_type`` an XSD type (``xs:double``); ``semantic_id`` an IRDI
    (``origin='irdi'``) or our own URI. ``minimum``/``maximum``: the valid range, declared, not observed."""

    name: str
    id_short: str
    value_type: str
    semantic_id: str
    origin: Origin
    title: Text
    definition: Text
    role: Role = "feature"
    unit: Unit | None = None
    minimum: float | None = None
    maximum: float | None = None
