"""Time stamps as factories write them, read into nanoseconds since 1970, UTC.

Forms met in the field: epoch in s, ms, µs or ns as number or text; ISO 8601 with 0–9 decimals, with or without a
zone, one digit for minutes and seconds; ``오전``/``오후`` and AM/PM; ``2020 10 30 00:00:04``; ``2019.1.2 16:45``;
``20201030000004``, with milliseconds or without seconds; ``2020년 10월 30일 14시 5분``; ``5/4/20 0:00``.

Ambiguous dates with slashes and the year last are read month first, as in the KAMP data sets; day first only
where the first number cannot be a month (``25/4/20``). Two-digit years are 2000 to 2099.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "Asia/Seoul"

_KST = timezone(timedelta(hours=9))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = 1_000_000_000
_DAY = 86_400 * _SECOND
_YEAR_2000 = 946_684_800 * _SECOND
_LIMIT = 2**63
# Up to these magnitudes a number counts s, ms, µs; above, ns. 1e11 s is the year 5138, 1e11 ms is March 1973.
_SCALES = ((10**11, 10**9), (10**14, 10**6), (10**17, 10**3))
_SECONDS = 4096
"""How many seconds that were read are remembered: records of one second come together."""
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_CLOCK = (
    r"(?:(?P<before>오전|오후|[AaPp][Mm])\s*)?(?P<hour>\d{1,2}):(?P<minute>\d{1,2})"
    r"(?::(?P<second>\d{1,2})(?:[.,](?P<fraction>\d+))?)?"
    r"(?:\s*(?P<after>오전|오후|[AaPp][Mm]))?(?:\s*(?P<zone>Z|z|UTC|KST|[+-]\d{2}(?::?\d{2})?))?"
)
_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})(?:-|/|\.\s?|\s)(?P<month>\d{{1,2}})(?:-|/|\.\s?|\s)(?P<day>\d{{1,2}})\.?(?:(?:T|t|\s+){_CLOCK})?",
    re.ASCII,
)
_YEAR_LAST = re.compile(
    rf"(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})/(?P<year>\d{{4}}|\d{{2}})(?:\s+{_CLOCK})?", re.ASCII
)
_KOREAN_DATE = re.compile(r"(\d{4})년\s*(\d{1,2})월\s*(\d{1,2})일", re.ASCII)
_KOREAN_CLOCK = re.compile(r"(\d{1,2})시(?:\s*(\d{1,2})분)?(?:\s*(\d{1,2})초)?", re.ASCII)
_COMPACT_LENGTHS = (8, 12, 14, 17)
"""Digits of a date alone, to the minute, to the second, to the millisecond; other lengths are epochs."""
_COMPACT = re.compile(
    r"(?P<year>(?:19|20)\d{2})(?P<month>[01]\d)(?P<day>[0-3]\d)"
    r"(?:[T ]?(?P<hour>[0-2]\d)(?P<minute>[0-5]\d)(?:(?P<second>[0-5]\d)(?:\.?(?P<fraction>\d+))?)?)?"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)


def parse(value: object, zone: str = DEFAULT_ZONE) -> int | None:
    """The moment ``value`` names, in ns since 1970 UTC; ``None`` where it names none that fits into 64 bits.

    A text without a zone is local time in ``zone``. A number's unit follows from its magnitude.
    """
    if isinstance(value, str):
        return _from_text(value, zone)
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return _from_int(value)
    if isinstance(value, float):
        return _from_decimal(Decimal(repr(value))) if math.isfinite(value) else None
    return None


def is_number(text: str) -> bool:
    """Whether a text is read as an epoch, not as a date that is written in digits alone (``20201016``)."""
    return _is_number(text.strip())


def implausible(time: int, arrival: int) -> bool:
    """Whether a time is before 2000 or more than a day ahead of its arrival (both ns since 1970, UTC)."""
    return time < _YEAR_2000 or time > arrival + _DAY


def plausible(first: int, last: int, arrival: int) -> bool:
    """Whether no time from ``first`` to ``last`` is implausible, and all fit into 64 bits."""
    return first >= _YEAR_2000 and last <= arrival + _DAY and last < _LIMIT


def factor(epoch: int | Decimal) -> int:
    """By what an epoch is multiplied to get ns: a number's unit follows from its magnitude."""
    for limit, factor in _SCALES:
        if -limit < epoch < limit:
            return factor
    return 1


def _from_int(value: int) -> int | None:
    time = value * factor(value)
    return time if -_LIMIT <= time < _LIMIT else None


def _from_decimal(value: Decimal) -> int | None:
    time = int(value * factor(value))
    return time if -_LIMIT <= time < _LIMIT else None


def _is_number(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text)) and not (len(text) in _COMPACT_LENGTHS and _COMPACT.fullmatch(text))


def _from_text(text: str, zone: str) -> int | None:
    if len(text) >= 19 and text[4] == "-" and text[10] in " T" and (quick := _quickly(text, zone)) is not None:
        return quick
    text = text.strip()
    if "년" in text or "시" in text:
        text = _KOREAN_CLOCK.sub(_clock, _KOREAN_DATE.sub(r"\1-\2-\3", text, count=1), count=1)
    if _is_number(text):
        return _from_decimal(Decimal(text)) if "." in text else _from_int(int(text)) if len(text) < 40 else None
    if match := _YEAR_LAST.fullmatch(text):
        return _from_parts(_month_first(match.groupdict()), zone)
    match = _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text)
    return _from_parts(match.groupdict(), zone) if match else None


def _quickly(text: str, zone: str) -> int | None:
    """By far the most common forms, ``2020-10-16 04:57:47`` and ``2020-10-16T04:57:47.123Z``; ``None`` for others,
    such as ``2020-10-16 오후 12:30``."""
    rest = text[19:]
    if not rest:
        return _of_second(text, zone)
    if rest[-1] != "Z" or (rest != "Z" and rest[0] != "."):
        return None
    digits = rest[1:-1]
    if digits and not (digits.isdecimal() and digits.isascii()):
        return None
    whole = _of_second(text[:19], "UTC")
    return None if whole is None else whole + int(digits.ljust(9, "0")[:9] or 0)


@lru_cache(_SECONDS)
def _of_second(text: str, zone: str) -> int | None:
    try:
        return _nanoseconds(datetime.fromisoformat(text), _zone(zone))
    except ValueError:
        return None


def _clock(found: re.Match[str]) -> str:
    hour, minute, second = found.groups("0")
    return f"{hour}:{minute:0>2}:{second:0>2}"


def _month_first(part: dict[str, str | None]) -> dict[str, str | None]:
    """The parts of ``m/d/yy``, told as day first only where the first number can be no month."""
    month, day, year = part["month"] or "", part["day"] or "", part["year"] or ""
    if int(month) > 12 >= int(day):
        month, day = day, month
    return part | {"month": month, "day": day, "year": year if len(year) == 4 else "20" + year}


def _from_parts(part: dict[str, str | None], zone: str) -> int | None:
    year, month, day = (int(part[name] or 0) for name in ("year", "month", "day"))
    hour = _hour(int(part["hour"] or 0), part.get("before") or part.get("after"))
    fraction = (part["fraction"] or "").ljust(9, "0")[:9]
    try:
        moment = datetime(year, month, day, hour, int(part["minute"] or 0), int(part["second"] or 0))  # noqa: DTZ001
        time = _nanoseconds(moment, _offset(part["zone"]) or _zone(zone))
    except ValueError:
        return None
    return None if time is None else time + int(fraction)


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if hour > 12:
        # "오후 13:05" is written by careless loggers: the hour is told already
        return hour
    return hour % 12 + (12 if half in ("오후", "PM", "pm", "Pm", "pM") else 0)


def _offset(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text in ("Z", "z", "UTC"):
        return UTC
    if text == "KST":
        return _KST
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "").ljust(4, "0")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))


def _nanoseconds(moment: datetime, zone: tzinfo) -> int | None:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    time = (moment - _EPOCH) // _MICROSECOND * 1000
    return time if -_LIMIT <= time < _LIMIT else None


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
