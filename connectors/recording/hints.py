"""What people know of a file beside its content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Hints:
    """``kind``: the ending of a file of its sort (``.csv``), else that of its name. ``encoding``: Python's name of
    its text encoding, else it is found out. ``part``: a workbook's sheet, or a measurement of a line protocol;
    else the first. ``precision`` of a line protocol's time stamps. ``unpacked`` bytes, ``ratio`` to packed and
    number of ``parts``: what a workbook may hold."""

    kind: str | None = None
    encoding: str | None = None
    part: str | None = None
    precision: Literal["s", "ms", "us", "ns"] = "ns"
    unpacked: int = 2 * 2**30
    ratio: int = 200
    parts: int = 10_000
