"""The weighted index, and what becomes of the weight of what was not measured."""

from __future__ import annotations

from fractions import Fraction

import pytest

from aas_server.errors import BadInput
from aas_server.quality import profile
from aas_server.quality.score import score

KAMP = [Fraction(weight, 10) for weight in (6, 1, 1, 0, 1, 1)]


def test_the_published_weights_sum_to_one() -> None:
    kamp = profile.load("kamp")
    assert [each.share for each in kamp.index] == KAMP
    assert sum(KAMP) == 1
    assert [each.name for each in kamp.index][:2] == ["completeness", "uniqueness"]
    assert kamp.source


def test_all_measured() -> None:
    made = score(KAMP, [Fraction(9, 10), Fraction(1), Fraction(1), Fraction(0), Fraction(1), Fraction(1)])
    assert made.index == 94
    assert made.weights == tuple(KAMP)


def test_the_weight_of_what_was_not_measured_is_shared_out() -> None:
    made = score(KAMP, [Fraction(9, 10), Fraction(1), Fraction(1), None, None, Fraction(1, 2)])
    assert made.weights == (Fraction(2, 3), Fraction(1, 9), Fraction(1, 9), 0, 0, Fraction(1, 9))
    assert made.index == 100 * (Fraction(6, 10) + Fraction(25, 90))


def test_nothing_measured_gives_no_index() -> None:
    made = score(KAMP, [None] * 6)
    assert made.index is None
    assert set(made.weights) == {0}


def test_an_unknown_profile_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadInput) as refused:
        profile.load("../kamp")
    assert "kamp" in refused.value.values["known"]
