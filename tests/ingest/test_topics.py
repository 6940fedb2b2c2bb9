"""Which declared stream a topic belongs to."""

from __future__ import annotations

import pytest
from paho.mqtt.client import topic_matches_sub

from aas_server.ingest.feeds import Declaration
from aas_server.ingest.topics import Topics

FILTERS = ["a", "a/b", "a/+", "a/#", "+/b", "#", "+", "a/+/c", "a/b/#", "$SYS/#", "/+", "+/+", "a//c", "가/+"]
TOPICS = ["a", "a/b", "a/b/c", "a/x/c", "b", "b/b", "$SYS/x", "/a", "a//c", "a/", "가/나", "$x"]


@pytest.mark.parametrize("filter", FILTERS)
def test_a_filter_matches_what_the_mqtt_library_says(filter):
    topics = Topics({"": Declaration(topic=filter)})
    for topic in TOPICS:
        assert (topics.of(topic) is not None) == topic_matches_sub(filter, topic), topic


def test_the_most_telling_filter_wins():
    filters = {"p": "a/#", "q": "a/+", "r": "a/b"}
    topics = Topics({stream: Declaration(topic=filter) for stream, filter in filters.items()})
    found = [topics.of(topic) for topic in ("a/b", "a/c", "a/c/d", "x")]
    assert [one and one[0] for one in found] == ["r", "q", "p", None]
    assert topics.all("a/b") == ["r", "q", "p"]
