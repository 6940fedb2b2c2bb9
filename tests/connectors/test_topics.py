"""Topic filters: what is one, and which lies within which."""

from __future__ import annotations

import pytest

from connectors.topics import covers, is_legal


@pytest.mark.parametrize(
    ("wide", "narrow", "covered"),
    [
        ("#", "a/b", True),
        ("#", "+/b", True),
        ("#", "$SYS/load", False),
        ("a/#", "a", True),
        ("a/#", "a/+/c", True),
        ("a/+", "a/b", True),
        ("a/+", "a/#", False),
        ("a/+", "a/b/c", False),
        ("a/b", "a/+", False),
        ("+/#", "#", False),
        ("a", "a", True),
    ],
)
def test_a_wide_filter_covers_a_narrow_one(wide: str, narrow: str, covered: bool) -> None:
    assert covers(wide, narrow) is covered


@pytest.mark.parametrize("wrong", ["", "a#", "a/#/b", "a+/b", "a/b#", "a\0"])
def test_a_text_that_is_no_filter_is_known(wrong):
    assert not is_legal(wrong)


@pytest.mark.parametrize("right", ["a", "a/+/b", "#", "+/#", "/", "공장/1호기"])
def test_a_filter_is_known(right):
    assert is_legal(right)
