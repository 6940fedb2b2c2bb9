"""Numbers, durations and countries for people."""

from __future__ import annotations

import re
from decimal import Decimal

from babel import Locale
from babel.units import format_unit

from aas_server.messages import Language, text

EVERYWHERE = "WORLD"
"""The territory that leaves no country out."""
DURATION = re.compile(r"P(?=\d)(\d+Y)?(\d+M)?(\d+D)?")
_UNITS = {"Y": "duration-year", "M": "duration-month", "D": "duration-day"}


def duration(written: str, language: Language) -> str:
    """A duration of ISO 8601 in years, months and days (``P1Y6M``) in words; any other as it is."""
    found = DURATION.fullmatch(written)
    if found is None:
        return written
    parts = [part for part in found.groups() if part]
    return " ".join(
        format_unit(int(part[:-1]), _UNITS[part[-1]], length="short", locale=language) for part in parts
    )


def countries(territory: str) -> tuple[str, ...]:
    """The country codes (ISO 3166) of a territory; none where it is the whole world."""
    if territory.strip() == EVERYWHERE:
        return ()
    return tuple(code.strip() for code in territory.split(","))


def territory(written: str, language: Language) -> str:
    """Countries by their names."""
    names = Locale(language).territories
    codes = countries(written)
    return ", ".join(str(names.get(code, code)) for code in codes) if codes else text("paper-world", language)


def number(value: float | None, digits: int = 6) -> str:
    """With thousands separators and at most ``digits`` digits after the point; a dash for nothing."""
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    if value and abs(value) < 10**-digits:
        return f"{value:.3g}"
    shown = f"{value:,.{digits}f}"
    return shown.rstrip("0").rstrip(".") if digits else shown


def exact(number: float | Decimal) -> str:
    """To the last digit that was written, thousands parted, no exponent: where nothing may be rounded."""
    return f"{Decimal(str(number)).normalize():,f}"


def percent(share: float | None, digits: int = 2) -> str:
    """A share in 0…1 as per cent. A share below one is never rounded up to 100, one above nil never down to 0."""
    if share is None:
        return "–"
    smallest = 10**-digits
    shown = share * 100
    if 0 < share < 1:
        shown = min(max(shown, smallest), 100 - smallest)
    return f"{shown:.{digits}f} %"
