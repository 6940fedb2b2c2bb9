"""The last reading of every field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from aas_server.store.contract.lake import MOST_COLUMNS
from connectors.message import Scalar

LONGEST_NAME = 500
"""Characters. A gateway whose keys are texts would otherwise fill the index with them."""


@dataclass(frozen=True, slots=True)
class LiveValue:
    """The last reading of one field. ``time`` is ns since 1970, UTC: the record's, or its arrival."""

    value: Scalar
    time: int


@dataclass(frozen=True, slots=True)
class Readings:
    """The last readings of a stream by field, of which it has at most ``most``."""

    stream: str
    values: Mapping[str, LiveValue]
    most: int = MOST_COLUMNS


class Live(Protocol):
    """Last readings, kept across restarts and seen by every process on the data folder."""

    def put(self, stream: str, values: Mapping[str, LiveValue], most: int = MOST_COLUMNS) -> None:
        """A value older than the one there is left out, and so is one whose name is over ``LONGEST_NAME`` or no
        text that a database keeps (a NUL in it). A stream has at most ``most`` fields; those that came first
        stay."""
        ...

    def put_all(self, readings: Sequence[Readings]) -> None:
        """``put`` of several streams in one transaction: a commit costs far more than what is in it."""
        ...

    def get(self, stream: str) -> Mapping[str, LiveValue]: ...

    def forget(self, stream: str) -> None:
        """Take a stream's readings out of the database's files for good, with what was deleted from the catalogue
        before."""
        ...
