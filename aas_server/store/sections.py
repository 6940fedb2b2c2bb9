"""All that a section of the catalogue holds, read a piece at a time."""

from __future__ import annotations

from collections.abc import Iterator

from aas_server.store.contract import Catalogue, Section

_FIRST, _FURTHER = 100, 1000
"""Records of a piece. Many who ask stop within the first: a page of a list, the records of one prefix."""


def everything(catalogue: Catalogue, section: Section, after: str = "") -> Iterator[tuple[str, bytes]]:
    """Id and body of each record behind ``after``, in order of id. What is read may be deleted meanwhile."""
    piece = _FIRST
    while page := catalogue.page(section, piece, after):
        yield from page
        after, piece = page[-1][0], _FURTHER
