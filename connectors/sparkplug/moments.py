"""Sparkplug's moments: whole milliseconds since 1970, UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(milliseconds: int) -> str:
    """ISO 8601 with milliseconds and ``Z``; outside the years 1 to 9999 the number as it came."""
    try:
        found = _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return str(milliseconds)
    return found.isoformat(timespec="milliseconds").replace("+00:00", "Z")
