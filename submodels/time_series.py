"""TimeSeries (IDTA 02008-1-1): what the records mean, and where they lie."""

from __future__ import annotations

from dataclasses import dataclass

from submodels.field import Field
from submodels.text import Text

KIND = "TimeSeries"


@dataclass(frozen=True, slots=True)
class ExternalSegment:
    """A Parquet file of records. ``file`` is a path in the package (``/aasx/files/…``) or a URL."""

    id_short: str
    name: Text
    description: Text
    records: int
    start: str
    end: str
    duration: str
    sampling_interval: int | None
    completed: bool
    last_update: str
    file: str
    media_type: str = "application/vnd.apache.parquet"


@dataclass(frozen=True, slots=True)
class LinkedSegment:
    """A query endpoint that answers records."""

    id_short: str
    name: Text
    description: Text
    records: int
    start: str
    end: str
    completed: bool
    last_update: str
    endpoint: str
    query: str


@dataclass(frozen=True, slots=True)
class TimeSeries:
    """One stream. The template knows one record layout, so companions get a submodel each."""

    id: str
    id_short: str
    name: Text
    description: Text
    fields: tuple[Field, ...]
    external: tuple[ExternalSegment, ...]
    linked: tuple[LinkedSegment, ...]
