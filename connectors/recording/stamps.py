"""Whole numbers since 1970 as ISO 8601 texts: a ``datetime`` would cut nanoseconds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

PER_SECOND: Mapping[str, int] = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
"""Steps a second, by the unit that they count."""
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive stamps stay naive


def iso(value: int, per_second: int) -> str:
    """``value`` counts ``per_second`` steps a second since 1970; the text bears no zone. Raises ``OverflowError``
    beyond the years 1 to 9999."""
    seconds, rest = divmod(value, per_second)
    text = (_EPOCH + timedelta(seconds=seconds)).isoformat()
    if rest:
        text += "." + str(rest).rjust(len(str(per_second)) - 1, "0").rstrip("0")
    return text
