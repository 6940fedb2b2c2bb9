"""What step 2 does to a record by itself: data of the release, so that its model may be asked about records as the
factory sends them. How it is done stands in ``predicting/cleaning.py``, which goes into the release, too."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from aas_server.product.conversion import Linear

VERSION = 1
Kind = Literal["number", "integer", "boolean", "text"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Values in ``[start, end)`` (ISO 8601 UTC; empty: open) are multiplied by ``factor``."""

    factor: float
    start: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class UnitChange:
    """``(value * times + plus) / over`` takes ``given`` to ``to`` (symbols)."""

    given: str
    to: str
    linear: Linear


@dataclass(frozen=True, slots=True)
class ColumnCleaning:
    """A column by the ``name`` that the feed gives it: read as ``kind``, by ``decimal`` and ``thousands`` where
    that is ``declared``; ``codes`` mean "no reading"; then ``scale``, then ``unit``. ``certain``: no value of the
    release can equal a code, so that one is known wherever it comes."""

    name: str
    kind: Kind
    declared: bool = False
    decimal: str = "."
    thousands: str = ""
    codes: tuple[float | str, ...] = ()
    scale: tuple[Stretch, ...] = ()
    unit: UnitChange | None = None
    certain: bool = True


@dataclass(frozen=True, slots=True)
class RowCleaning:
    """``columns`` by idShort. ``missing_words`` mean "no value" in every column, ``true`` and ``false`` are words
    of a truth value. ``time``: names under which a record's time may come; one without a zone is in ``zone``.
    ``as_released``: columns that can be given as the release has them only (kept back, or made of many records).
    ``beyond``: operations of the recipe that need other records than the one asked about, and are not repeated."""

    columns: Mapping[str, ColumnCleaning]
    missing_words: tuple[str, ...] = ()
    true: tuple[str, ...] = ()
    false: tuple[str, ...] = ()
    time: tuple[str, ...] = ()
    zone: str = "UTC"
    as_released: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    version: int = VERSION

    def of(self, features: Collection[str]) -> RowCleaning:
        """What concerns these columns (idShorts)."""
        return replace(
            self,
            columns={name: self.columns[name] for name in features if name in self.columns},
            as_released=tuple(name for name in self.as_released if name in features),
        )
