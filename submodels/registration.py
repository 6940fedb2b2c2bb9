"""Registration (own): the entry in the data library, and how long it is kept."""

from __future__ import annotations

from dataclasses import dataclass

KIND = "Registration"


@dataclass(frozen=True, slots=True)
class Registration:
    """``kept_until`` is at least a year after ``registered``. Neither the package's hash nor the library's answer
    stands here: they live in the listing."""

    id: str
    listing: str
    library: str
    release: str
    registered: str
    kept_until: str
    schema: str
    citation: str
