"""What tells good from bad."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Label:
    """The column that tells good from bad; ``defect`` lists the values that mean bad (compared as text)."""

    column: str
    defect: tuple[str, ...]
