from __future__ import annotations

import pytest

from connectors.errors import BrokerError
from connectors.mqtt.filters import Filter, Wishes, read_filter, without_covered


@pytest.mark.parametrize(
    ("text", "topic", "qos"),
    [
        ("#", "#", 1),
        ("line/+/shot;qos=2", "line/+/shot", 2),
        ("울산/사출 1호기/#;qos=0", "울산/사출 1호기/#", 0),
        ("$share/server/line/#", "$share/server/line/#", 1),
        ("a;b", "a;b", 1),
        ("/", "/", 1),
    ],
)
def test_a_filter_may_bear_its_quality_of_service(text: str, topic: str, qos: int) -> None:
    assert read_filter(text) == Filter(topic, qos)


@pytest.mark.parametrize(
    "text",
    ["", "#/a", "a/#/b", "a#", "a+/b", "$share/g", "$share//a", "$share/g+/a", "$share/g/", "a\x00", "a" * 65536],
)
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(BrokerError, match="filter-wrong"):
        read_filter(text)


def test_only_what_adds_something_is_asked_for() -> None:
    given = [Filter("line/1"), Filter("line/#"), Filter("line/2", 2), Filter("$share/g/line/1"), Filter("line/1")]
    assert without_covered(given) == (Filter("line/#"), Filter("line/2", 2), Filter("$share/g/line/1"))


def test_wishes_are_told_once_and_again_after_a_connection() -> None:
    wishes = Wishes([Filter("a"), Filter("b", 2)], former=["old"])
    wishes.begin(True)
    assert wishes.due() == ([[Filter("a"), Filter("b", 2)]], ["old"])
    assert wishes.due() == ([], [])
    wishes.ask(1, [Filter("a"), Filter("b", 2)])
    assert not wishes.confirmed()
    assert wishes.answer(1, [True, True])
    assert wishes.confirmed()
    wishes.want([Filter("b", 1), Filter("c")])
    assert not wishes.confirmed()
    assert wishes.due() == ([[Filter("b", 1), Filter("c")]], ["a"])
    wishes.leave(7)
    wishes.ask(2, [Filter("b", 1), Filter("c")])
    wishes.answer(2, [True, True])
    assert not wishes.confirmed()
    wishes.left(7)
    assert wishes.confirmed()
    wishes.begin(False)
    assert not wishes.confirmed()
    assert wishes.due() == ([[Filter("b", 1), Filter("c")]], [])


def test_an_answer_that_is_too_short_refuses_the_rest() -> None:
    wishes = Wishes([Filter("a"), Filter("b")])
    wishes.begin(False)
    wishes.due()
    wishes.ask(1, [Filter("a"), Filter("b")])
    assert not wishes.answer(1, [True])
    assert wishes.refused == ("b",)
    wishes.ask_refused_again()
    assert wishes.due() == ([[Filter("b")]], [])
