"""Numbers for people."""

from __future__ import annotations


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


def percent(share: float | None, digits: int = 2) -> str:
    """A share in 0…1 as per cent. A share below one is never rounded up to 100, one above nil never down to 0."""
    if share is None:
        return "–"
    smallest = 10**-digits
    shown = share * 100
    if 0 < share < 1:
        shown = min(max(shown, smallest), 100 - smallest)
    return f"{shown:.{digits}f} %"
