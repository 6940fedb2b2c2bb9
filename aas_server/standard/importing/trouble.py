"""A row of a dictionary's file that could not be used."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """``line`` from 1 (a row of a sheet counts as a line); ``key`` names the sentence, ``given`` what stood
    there."""

    file: str
    line: int
    key: str
    given: str = ""
