"""Columns by names of their own."""

from __future__ import annotations

from collections.abc import Iterable


def unique(given: Iterable[str]) -> list[str]:
    """Names without blanks around them; what is empty or comes twice is named as pandas does (``Unnamed: 0``,
    ``x.1``)."""
    taken: dict[str, int] = {}
    names = []
    for number, one in enumerate(given):
        name = one.strip() or f"Unnamed: {number}"
        while name in taken:
            taken[name] += 1
            name = f"{name}.{taken[name]}"
        taken[name] = 0
        names.append(name)
    return names
