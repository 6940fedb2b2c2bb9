"""Small records of the product line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

Section = Literal[
    "stream",
    "feed",
    "feed-version",
    "behind",
    "binding",
    "product",
    "release",
    "listing",
    "package",
    "package-of-shell",
    "demo",
    "handle",
    "series",
    "variables",
    "ingested",
    "pushed",
    "interface",
    "claim",
    "mapped",
    "configured",
    "adopted",
    "replay",
    "units",
    "erasure",
    "evidence",
    "evidence-head",
    "evidence-day",
    "evidence-last-day",
    "presence",
    "announced",
]


class Catalogue(Protocol):
    """Small JSON records of the product line, by section and id; each write is durable and whole."""

    def put(self, section: Section, id: str, body: bytes) -> None: ...

    def add(self, section: Section, id: str, body: bytes) -> None:
        """Like ``put`` for a new id. Raises ``Conflict`` where it exists."""
        ...

    def get(self, section: Section, id: str) -> bytes:
        """Raises ``NotFound``."""
        ...

    def delete(self, section: Section, id: str) -> None: ...

    def page(self, section: Section, limit: int = 100, after: str = "") -> Sequence[tuple[str, bytes]]:
        """``(id, body)`` in order of id."""
        ...
