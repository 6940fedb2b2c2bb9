"""DataProduct (own; DCAT 3, DPROD): the product and its release, with every way to get it."""

from __future__ import annotations

from dataclasses import dataclass

from submodels.field import Field
from submodels.text import Text

KIND = "DataProduct"


@dataclass(frozen=True, slots=True)
class Distribution:
    """One file of the release, or the API (``media_type`` ``application/json``, no size)."""

    title: Text
    url: str
    media_type: str
    size: int | None
    sha256: str | None
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class DataProduct:
    """Times are ISO 8601 UTC; ``resolution`` an ISO 8601 duration or empty."""

    id: str
    uri: str
    title: Text
    description: Text
    keywords: tuple[Text, ...]
    kind: str
    industry: str
    process: Text
    equipment: Text
    release: str
    version: str
    issued: str
    start: str
    end: str
    resolution: str
    rows: int
    columns: int
    fields: tuple[Field, ...]
    distributions: tuple[Distribution, ...]
    api: str
    inputs: tuple[tuple[str, int], ...]
