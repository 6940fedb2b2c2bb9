"""Which declared stream a topic belongs to."""

from __future__ import annotations

import pytest
from paho.mqtt.client import topic_matches_sub

from aas_server.ingest.feeds import Declaration
from aas_server.ingest.topics import Topics, covers, is_legal, matches

FILTERS = ["a", "a/b", "a/+", "a/#", "+/b", "#", "+", "a/+/c", "a/b/#", "$SYS/#", "/+", "+/+", "a//c", "가/+"]
TOPICS = ["a", "a/b", "a/b/c", "a/x/c", "b", "b/b", "$SYS/x", "/a", "a//c", "a/", "가/나", "$x"]


@pytest.mark.parametrize("filter", FILTERS)
def test_a_filter_matches_what_the_mqtt_library_says(filter):
    for topic in TOPICS:
        assert matches(filter, topic) == topic_matches_sub(filter, topic), topic


def test_the_most_telling_filter_wins():
    filters = {"p": "a/#", "q": "a/+", "r": "a/b"}
    topics = Topics({stream: Declaration(topic=filter) for stream, filter in filters.items()})
    found = [topics.of(topic) for topic in ("a/b", "a/c", "a/c/d", "x")]
    assert [one and one[0] for one in found] == ["r", "q", "p", None]
    assert topics.all("a/b") == ["r", "q", "p"]


def test_a_filter_covers_what_lies_within_it():
    assert covers("a/#", "a/b/c") and covers("a/+", "a/b") and covers("a/#", "a/+/c") and covers("a/#", "a")
    assert not covers("a/+", "a/b/c") and not covers("a/+", "a/#") and not covers("a/b", "a/+")
    assert not covers("#", "$SYS/x")


@pytest.mark.parametrize("wrong", ["", "a#", "a/#/b", "a+/b", "a/b#", "a\0"])
def test_a_text_that_is_no_filter_is_known(wrong):
    assert not is_legal(wrong)


@pytest.mark.parametrize("right", ["a", "a/+/b", "#", "+/#", "/", "공장/1호기"])
def test_a_filter_is_known(right):
    assert is_legal(right)
