"""Names in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from aas_server.product.train.settings import baseline


def listed(names: Sequence[str]) -> str:
    """Names in a row, cut where there are too many to read."""
    most = baseline().limits.named_columns
    return shortened(names, most)


def shortened(names: Sequence[str], most: int = 5) -> str:
    """The first few of many."""
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")
