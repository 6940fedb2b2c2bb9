"""Figures, times and sentences as one reader sees them: in a language, in the plant's time zone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from aas_server import messages
from aas_server.clock import from_ns
from aas_server.messages import Language
from aas_server.product.report import own
from aas_server.product.report.format import duration, territory
from submodels.text import Text

NOTHING = "–"
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SIZES = ("B", "KB", "MB", "GB", "TB")


class Reader:
    """Writes values for people. What is not there is written as a dash."""

    def __init__(self, language: Language, zone: str) -> None:
        self.language = language
        self.zone = ZoneInfo(zone)

    def say(self, key: str, **values: object) -> str:
        """The sentence of ``key``."""
        return messages.text(key, self.language, **values)

    def in_own(self, text: Text) -> str:
        """A text of a submodel, in the reader's language, else in the one there is."""
        return own(text, self.language)

    def number(self, value: float | None, digits: int = 0) -> str:
        """With thousands separators; ``digits`` after the point for fractions."""
        if value is None:
            return NOTHING
        return f"{value:,}" if isinstance(value, int) else f"{value:,.{digits}f}"

    def figure(self, value: float | None) -> str:
        """A measured figure of any size with at most six significant digits."""
        if value is None:
            return NOTHING
        if float(value).is_integer() and abs(value) < 1e15:
            return f"{int(value):,}"
        return f"{value:,.4f}".rstrip("0") if abs(value) >= 0.001 else f"{value:.3g}"

    def percent(self, share: float | None, digits: int = 2) -> str:
        """A share in 0…1. Never rounded up to a full hundred, nor down to nothing."""
        if share is None:
            return NOTHING
        shown = f"{share * 100:.{digits}f}"
        smallest = 10**-digits
        if share < 1 and float(shown) >= 100:
            shown = f"{100 - smallest:.{digits}f}"
        if share > 0 and float(shown) == 0:
            return f"< {smallest:.{digits}f} %"
        return f"{shown} %"

    def money(self, amount: int | None, currency: str = "KRW") -> str:
        if amount is None:
            return NOTHING
        won = currency == "KRW" and self.language == "ko"
        return f"{amount:,}원" if won else f"{currency} {amount:,}"

    def moment(self, when: str | datetime | int | None, seconds: bool = False) -> str:
        """A time (ISO 8601, datetime, or ns since 1970) in the plant's zone, with the zone's short name."""
        known = _moment(when)
        if known is None:
            return str(when) if when else NOTHING
        local = known.astimezone(self.zone)
        return local.strftime("%Y-%m-%d %H:%M:%S %Z" if seconds else "%Y-%m-%d %H:%M %Z")

    def day(self, when: str | None) -> str:
        """A date; of a time, the day in the plant's zone."""
        if not when:
            return NOTHING
        try:
            return date.fromisoformat(when).isoformat()
        except ValueError:
            known = _moment(when)
            return known.astimezone(self.zone).date().isoformat() if known else when

    def duration(self, text: str) -> str:
        """A duration of ISO 8601 (``P1Y``, ``P6M``) in words; any other as it is."""
        return duration(text, self.language)

    def territory(self, codes: str) -> str:
        """Countries (ISO 3166) by their names."""
        return territory(codes, self.language)

    def named(self, name: str, kind: str) -> str:
        """What a technical name (``DefectsCaught``) is called among its ``kind``; itself where it has no word."""
        key = f"web-{kind}-{_HUMP.sub('-', name).lower()}"
        return self.say(key) if key in messages.catalogue() else name

    def size(self, count: int | None) -> str:
        """Bytes, in steps of 1024."""
        if count is None:
            return NOTHING
        value, step = float(count), 0
        while value >= 1024 and step < len(_SIZES) - 1:
            value, step = value / 1024, step + 1
        return f"{value:,.0f} {_SIZES[step]}" if step == 0 or value >= 100 else f"{value:,.1f} {_SIZES[step]}"

    def error(self, key: str, values: Mapping[str, object]) -> str:
        """The sentence of an error that was kept by key and values."""
        return messages.text(key, self.language, **values)


def _moment(when: str | datetime | int | None) -> datetime | None:
    if isinstance(when, int):
        return from_ns(when)
    if isinstance(when, str):
        if when.isdecimal():  # a row's number, where a table bears no time
            return None
        try:
            when = datetime.fromisoformat(when)
        except ValueError:
            return None
    if when is None:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
