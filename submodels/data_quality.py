"""DataQuality (own; DQV): every index with numerator, denominator and rule. A self-check, never a certificate."""

from __future__ import annotations

from dataclasses import dataclass

from submodels.text import Text

KIND = "DataQuality"


@dataclass(frozen=True, slots=True)
class Index:
    """``value`` is numerator / denominator in 0…1, or ``None`` where it was not measured; then ``reason`` says
    why. ``before`` is the same index on the records as collected. ``examples`` lead to rows."""

    name: str
    title: Text
    dimension: str
    numerator: int | None
    denominator: int | None
    value: float | None
    rule: Text
    weight: float
    reason: Text | None = None
    before: float | None = None
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DataQuality:
    """``index`` is the weighted sum on 0…100 with the weights of what was not measured shared out among the rest
    (``effective_weights``, in the order of ``indices``); ``None`` where nothing could be measured."""

    id: str
    profile: str
    profile_source: str
    indices: tuple[Index, ...]
    effective_weights: tuple[float, ...]
    index: float | None
    rows: int
    columns: int
    left_out: tuple[str, ...]
    measured_at: str
    release: str
    statement: Text
