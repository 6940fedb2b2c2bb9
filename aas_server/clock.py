"""The time, as something that can be handed in, so that tests and demos can set it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from aas_server.errors import BadInput

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present moment, timezone-aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with a trailing ``Z``; fractions only where there are any."""
    text = moment.astimezone(UTC).isoformat()
    return text.replace("+00:00", "Z")


def from_ns(nanoseconds: int) -> datetime:
    """A UTC datetime from nanoseconds since 1970 (cut to microseconds)."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1000)


def from_us(microseconds: int) -> datetime:
    """A UTC datetime from microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=microseconds)


def us(moment: datetime) -> int:
    """Microseconds since 1970, UTC."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def ns(moment: datetime) -> int:
    """Nanoseconds since 1970, UTC, to the microsecond."""
    return us(moment) * 1000


def moment(name: str, given: str, zone: str) -> datetime:
    """The time that a person or client wrote (ISO 8601), in UTC; one without a zone is in ``zone``. ``name`` is
    what it was given as. Raises ``BadInput``."""
    # A "+" of a zone arrives as a blank where the client did not escape it.
    text = given.strip().replace(" +", "+").replace(" ", "+") if "T" in given else given
    try:
        found = datetime.fromisoformat(text)
        zoned = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))
        return zoned.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput("stream-time-wrong", name=name, given=given[:100]) from None
