"""What people know of a file beside its content."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hints:
    """``kind``: the ending of a file of its sort (``.csv``), else that of its name. ``encoding``: Python's name of
    its text encoding, else it is found out."""

    kind: str | None = None
    encoding: str | None = None
