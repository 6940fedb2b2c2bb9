"""Every way in which a factory was seen to write the time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import times

SECOND = 1_000_000_000


def utc(text: str) -> int:
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * SECOND


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (1585674023, "2020-03-31 17:00:23"),
        ("1585674023", "2020-03-31 17:00:23"),
        (1583748873000, "2020-03-09 10:14:33"),
        (1583748873000000, "2020-03-09 10:14:33"),
        (1698218076000000000, "2023-10-25 07:14:36"),
        ("1698218076000000000", "2023-10-25 07:14:36"),
        (1585674023.0, "2020-03-31 17:00:23"),
        ("2020-10-16 04:57:47", "2020-10-15 19:57:47"),
        ("2020-10-16T04:57:47", "2020-10-15 19:57:47"),
        ("2020-10-16T04:57:47Z", "2020-10-16 04:57:47"),
        ("2020-10-16T04:57:47+02:00", "2020-10-16 02:57:47"),
        ("2020-10-16 04:57:47 +0900", "2020-10-15 19:57:47"),
        ("2020-10-16 오전 12:00:00", "2020-10-15 15:00:00"),
        ("2020-10-16 오후 12:30:00", "2020-10-16 03:30:00"),
        ("2020-10-16 오전 12:00", "2020-10-15 15:00:00"),
        ("2020-10-16 오후 12:00", "2020-10-16 03:00:00"),
        ("2020-10-16 오전 0:30", "2020-10-15 15:30:00"),
        ("2020-10-16 오후 0:30", "2020-10-16 03:30:00"),
        ("2020-10-16 오후 00:30:00", "2020-10-16 03:30:00"),
        ("2020-10-16 오후 13:05:00", "2020-10-16 04:05:00"),
        ("2020-10-16 12:30 PM", "2020-10-16 03:30:00"),
        ("2020. 10. 30. 오후 3:05:01", "2020-10-30 06:05:01"),
        ("2020년 10월 30일 14시 5분 3초", "2020-10-30 05:05:03"),
        ("2020년10월30일 오후 3시", "2020-10-30 06:00:00"),
        ("2020년 1월 2일", "2020-01-01 15:00:00"),
        ("2020년 1월 2일 오후 3:05", "2020-01-02 06:05:00"),
        ("2020 10 30 00:00:04", "2020-10-29 15:00:04"),
        ("2019.1.2 16:45", "2019-01-02 07:45:00"),
        ("5/4/20 0:00", "2020-05-03 15:00:00"),
        ("25/4/20 0:00", "2020-04-24 15:00:00"),
        ("10/16/2020 3:05 PM", "2020-10-16 06:05:00"),
        ("20201030000004", "2020-10-29 15:00:04"),
        ("20201030", "2020-10-29 15:00:00"),
        (" 2020-10-16 ", "2020-10-15 15:00:00"),
    ],
)
def test_a_time_is_read_as_it_was_meant(written: object, meant: str) -> None:
    assert times.parse(written) == utc(meant)


@pytest.mark.parametrize(
    ("written", "nanoseconds"),
    [
        ("2024-07-29T15:02:17.1858435Z", 185_843_500),
        ("2024-07-29T15:02:17.123Z", 123_000_000),
        ("2024-07-29T15:02:17.123456789Z", 123_456_789),
        ("2024-07-29T15:02:17,5Z", 500_000_000),
        ("1722265337.25", 250_000_000),
        (1722265337.25, 250_000_000),
        (1722265337185843511, 185_843_511),
    ],
)
def test_parts_of_a_second_are_kept_to_the_nanosecond(written: object, nanoseconds: int) -> None:
    assert times.parse(written) == utc("2024-07-29 15:02:17") + nanoseconds


@pytest.mark.parametrize(
    "written",
    [
        *(None, True, "", "RUN", "57:47.0", "2020-13-01 00:00:00", "2020-02-30", "2999-01-01 00:00:00"),
        *("2020-10-16 25:00:00", "18446744073709551615", "9" * 60, float("nan"), float("inf"), 2**64 - 1, [], {}),
    ],
)
def test_what_is_no_time_is_none(written: object) -> None:
    assert times.parse(written) is None


def test_a_time_without_zone_is_local_in_the_zone_that_is_set() -> None:
    assert times.parse("2020-07-01 12:00:00", "Europe/Berlin") == utc("2020-07-01 10:00:00")


def test_a_missing_digit_is_flagged_not_guessed() -> None:
    # KOSMO's own example has 18 digits
    arrival = utc("2023-11-03 04:45:10")
    time = times.parse(169898671000000000)
    assert time is not None and times.implausible(time, arrival)


def test_before_2000_and_more_than_a_day_ahead_are_implausible() -> None:
    arrival = utc("2025-11-25 00:00:00")
    assert times.implausible(utc("1999-12-31 23:59:59"), arrival)
    assert not times.implausible(utc("2000-01-01 00:00:00"), arrival)
    assert not times.implausible(utc("2025-11-26 00:00:00"), arrival)
    assert times.implausible(utc("2025-11-26 00:00:01"), arrival)


@given(st.one_of(st.text(max_size=40), st.integers(), st.floats(), st.from_regex(r"[0-9:./ -]{1,30}")))
def test_nothing_breaks_it_and_all_it_gives_fits_64_bits(written: object) -> None:
    time = times.parse(written)
    assert time is None or -(2**63) <= time < 2**63
