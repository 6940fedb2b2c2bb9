"""Texts read as the types of the query language (lexical forms of XML Schema, part 2), alike on every engine."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta

_NUMBER = re.compile(r"\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*", re.ASCII)
"""Numbers of xs:double that are written with digits."""
_INFINITE = re.compile(r"\s*([+-]?)INF\s*", re.ASCII)
"""NaN is no number here: it is unequal to every one, and neither greater nor less."""
_CLOCK = r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(\.\d+)?)?"
_ZONE = r"(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?"
_MOMENT = re.compile(rf"(\d{{4}}-\d\d-\d\d)[T ]{_CLOCK}{_ZONE}", re.ASCII)
_TIME = re.compile(rf"(?:\d{{4}}-\d\d-\d\d[T ])?{_CLOCK}{_ZONE}", re.ASCII)
_HEX = re.compile(r"(?:16#)?([0-9A-Fa-f]{1,1000})")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def number(text: str) -> float | None:
    """A number, where it is one: ``INF`` and ``-INF`` are infinite, digits beyond a double are none."""
    if _NUMBER.fullmatch(text) is None:
        infinite = _INFINITE.fullmatch(text)
        return None if infinite is None else -math.inf if infinite[1] == "-" else math.inf
    value = float(text)
    return value if math.isfinite(value) else None


def boolean(text: str) -> bool | None:
    return _BOOLEANS.get(text)


def moment(text: str) -> int | None:
    """A moment in µs since 1970; without a zone it is UTC. Digits beyond µs are dropped."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    try:
        midnight = datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    except ValueError:
        return None
    return (midnight - _EPOCH) // timedelta(microseconds=1) + _clock(*match.groups()[1:])


def time_of_day(text: str) -> int | None:
    """A time of day, or that of a moment, in µs since midnight UTC; before or after that day for a zone's sake, so
    that ``01:00+09:00`` comes before ``00:00Z`` (XPath 3.0, op:time-less-than)."""
    match = _TIME.fullmatch(text)
    return None if match is None else _clock(*match.groups())


def hexadecimal(text: str) -> str | None:
    """A hexadecimal number in a form that sorts by its size: its length, then its digits."""
    match = _HEX.fullmatch(text)
    if match is None:
        return None
    digits = match[1].upper().lstrip("0")
    return f"{len(digits):04}{digits}"


def day(text: str) -> date | None:
    """The day of a moment, in the zone it is written with."""
    if _MOMENT.fullmatch(text) is None:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _clock(hour: str, minute: str, second: str | None, fraction: str | None, zone: str | None) -> int:
    seconds = int(hour) * 3600 + int(minute) * 60 + int(second or 0)
    return seconds * 1_000_000 + int(((fraction or ".")[1:] + "000000")[:6]) - _offset(zone)


def _offset(zone: str | None) -> int:
    if zone is None or zone == "Z":
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[4:6])
    return (-minutes if zone[0] == "-" else minutes) * 60_000_000
