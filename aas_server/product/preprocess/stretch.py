"""Stretches of time as a recipe names them: ``[start, end)`` in ISO 8601, either end open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo

from aas_server.errors import BadInput

_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def moment(zone: tzinfo, written: str, place: str) -> datetime:
    """A time of the recipe; one without a zone is meant as ``zone``. Raises ``BadInput`` with its ``place``."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        raise BadInput("preprocess-offset-time", given=written, place=place) from None
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def within(zone: tzinfo, start: str, end: str, place: str, time: str = "time") -> str:
    """The condition that ``time`` lies in the stretch; never null."""
    parts = [f"{time} IS NOT NULL"] if not start and not end else []
    if start:
        parts.append(f"{time} >= {literal(moment(zone, start, f'{place}.start'))}")
    if end:
        parts.append(f"{time} < {literal(moment(zone, end, f'{place}.end'))}")
    return f"coalesce({' AND '.join(parts)}, false)"


def literal(at: datetime) -> str:
    return f"TIMESTAMPTZ '{at.isoformat()}'"


def check(zone: tzinfo, stretches: Iterable[tuple[str, str, str, str]]) -> None:
    """Each is ``(place, what, start, end)``. Raises ``BadInput`` where one ends before it begins, or where two of
    the same ``what`` overlap: both would claim the same records."""
    seen: dict[str, list[tuple[datetime, datetime, str]]] = {}
    for place, what, start, end in stretches:
        first = moment(zone, start, f"{place}.start") if start else _FIRST
        last = moment(zone, end, f"{place}.end") if end else _LAST
        if first >= last:
            raise BadInput("preprocess-stretch-empty", place=place, start=start, end=end)
        for other_first, other_last, other in seen.setdefault(what, []):
            if first < other_last and other_first < last:
                raise BadInput("preprocess-stretches-overlap", place=place, other=other)
        seen[what].append((first, last, place))
