"""``[cleaning]``: what step 2 does to the records. Columns (tags of a narrow stream) go by their raw names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

TypeName = Literal["number", "integer", "boolean", "text", "time"]
Aggregate = Literal["mean", "min", "max", "sum", "first", "last", "count"]
Mark = Literal["flag", "null"]


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """A stretch in which a gateway's clock stood wrong by ``seconds`` (added to put it right)."""

    stream: str
    start: str
    end: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Zone:
    """Times of ``stream`` that bore no zone were read as those of ``read_as`` but were meant as those of ``meant``
    (IANA names, such as ``UTC`` and ``Asia/Seoul``)."""

    stream: str
    read_as: str
    meant: str


@dataclass(frozen=True, slots=True)
class Cast:
    """A column's type, and how its numbers are written: ``decimal`` mark (``".,"``: either) and ``thousands``
    separator."""

    to: TypeName
    decimal: str = "."
    thousands: str = ""


@dataclass(frozen=True, slots=True)
class Conversion:
    """Units by symbol or UCUM code. ``given``: the unit the values came in; left out, the one of the field."""

    to: str
    given: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """In ``[start, end)`` (ISO 8601; empty: open) the column's values are multiplied by ``factor``."""

    column: str
    factor: float
    start: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class Stuck:
    """A run of one and the same value that is longer than ``rows`` readings or lasts longer than ``seconds``."""

    rows: int | None = None
    seconds: float | None = None
    action: Mark = "flag"


@dataclass(frozen=True, slots=True)
class Outliers:
    """``limit``: how many spreads off the middle is too far; left out: 1.5 (iqr), 3.5 (mad), 3 (z)."""

    method: Literal["iqr", "mad", "z"] = "iqr"
    limit: float | None = None
    action: Mark = "flag"


@dataclass(frozen=True, slots=True)
class Fill:
    """How a missing cell is filled: with the ``previous`` reading, at most ``within`` seconds old, or ``linear``
    between its neighbours, at most ``within`` seconds apart. ``mark``: say in a column of its own where."""

    fill: Literal["none", "previous", "linear"]
    within: float = 0.0
    mark: bool = False


@dataclass(frozen=True, slots=True)
class Resample:
    """``stream`` on a grid of ``interval`` seconds. ``columns``: how each column's readings in an interval become
    one (or several: a list). ``label``: which end of the interval a row is called by."""

    stream: str
    interval: float
    columns: Mapping[str, Aggregate | tuple[Aggregate, ...]] = field(default_factory=dict)
    label: Literal["end", "start"] = "end"
    empty: Literal["skip", "keep"] = "skip"


@dataclass(frozen=True, slots=True)
class Join:
    """Give each row of the main stream the row of ``stream`` that is valid at its time: the last one before, or
    the ``nearest``, at most ``tolerance`` seconds off. ``columns``: which (none named: all)."""

    stream: str
    tolerance: float
    columns: tuple[str, ...] = ()
    direction: Literal["backward", "nearest"] = "backward"


@dataclass(frozen=True, slots=True)
class Secret:
    """What is published of a trade secret. ``step``: what ``round`` rounds to; ``most``: how far ``shift`` moves
    at the utmost (in the column's unit; days for times); ``by``: what ``normalise`` makes of it."""

    how: Literal["keep", "drop", "normalise", "shift", "round"]
    by: Literal["z", "min-max"] = "z"
    step: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Cleaning:
    """In the order in which step 2 takes them, see ``docs/preprocess.md``.

    ``repeated``: what happens to records equal to another one (over ``key``, else over all fields), and which
    of them is ``kept``. ``codes`` maps a column to values that mean "no reading"; ``missing_words`` are words that
    mean so in every column. ``missing``: what happens to rows with a missing cell; ``drop_missing_over``: a column
    with a larger share of missing cells is left out. ``persons``: columns that bear names or numbers of people.
    """

    zones: tuple[Zone, ...] = ()
    clock_offsets: tuple[ClockOffset, ...] = ()
    repeated: Literal["remove", "keep"] = "remove"
    kept: Literal["first", "last"] = "first"
    key: tuple[str, ...] = ()
    types: Mapping[str, TypeName | Cast] = field(default_factory=dict)
    missing_words: tuple[str, ...] = ()
    codes: Mapping[str, tuple[float | str, ...]] = field(default_factory=dict)
    scale: tuple[Scale, ...] = ()
    units: Mapping[str, str | Conversion] = field(default_factory=dict)
    stuck: Mapping[str, Stuck] = field(default_factory=dict)
    outliers: Mapping[str, Outliers] = field(default_factory=dict)
    resample: tuple[Resample, ...] = ()
    gaps: Mapping[str, Fill] = field(default_factory=dict)
    join: tuple[Join, ...] = ()
    drop_missing_over: float | None = None
    missing: Literal["keep", "drop-row"] = "keep"
    persons: tuple[str, ...] = ()
    secrets: Mapping[str, Literal["keep", "drop", "normalise"] | Secret] = field(default_factory=dict)

    def secret(self, name: str) -> Secret:
        """What is decided for the column ``name``."""
        decided = self.secrets.get(name, "keep")
        return decided if isinstance(decided, Secret) else Secret(decided)

    def hides(self, name: str) -> bool:
        """Whether the column's values as they came may not leave the house."""
        return name in self.persons or self.secret(name).how != "keep"

    def drops(self, name: str) -> bool:
        """Whether not even the column's name may leave it."""
        return self.secret(name).how == "drop"
