"""Declarations as the decoder sees them: by topic, and read again only when one has changed."""

from __future__ import annotations

from aas_server.ingest import feeds
from aas_server.ingest.declared import Declarations, Declared
from aas_server.ingest.feeds import Declaration
from aas_server.ingest.mending import catch_up
from aas_server.ingest.taking.topics import reading
from aas_server.settings import Settings
from aas_server.store.contract import Store
from connectors.message import Message

NOW = 1_700_000_000_000_000_000


def test_a_topic_s_own_stream_beats_a_filter_and_yields_to_its_own_topic() -> None:
    wide = Declaration(topic="line/#", zone="UTC")
    declared = Declared({"all": wide, "line_1": Declaration(zone="Asia/Seoul")})
    assert [declared.of_topic(topic)[0] for topic in ("line/1", "line/2", "other")] == ["line_1", "all", "other"]
    exact = Declared({"own": Declaration(topic="line/1"), "line_1": Declaration()})
    assert exact.of_topic("line/1")[0] == "own"
    assert declared.of_stream("line_7", "line/7") is wide
    assert declared.of_stream("elsewhere", "elsewhere") == Declaration()


def test_what_is_pushed_is_checked_as_it_will_be_read(store: Store) -> None:
    feeds.declare(store.catalogue, "all", Declaration(topic="line/#", zone="UTC"))
    feeds.declare(store.catalogue, "line_1", Declaration(zone="America/New_York"))
    declared = Declarations(store.catalogue).now()
    for topic in ("line/1", "line/2", "other"):
        assert reading(store.catalogue, topic, "Asia/Seoul") == declared.reading(topic, "Asia/Seoul")
    assert reading(store.catalogue, "line/1", "Asia/Seoul").zone == "America/New_York"


def test_they_are_read_again_only_when_one_has_changed(store: Store) -> None:
    declarations = Declarations(store.catalogue)
    feeds.declare(store.catalogue, "a", Declaration(zone="UTC"))
    first = declarations.now()
    assert declarations.now() is first
    feeds.declare(store.catalogue, "a", Declaration(zone="Asia/Seoul"))
    assert declarations.now().streams["a"].zone == "Asia/Seoul"
    feeds.undeclare(store.catalogue, "a")
    feeds.undeclare(store.catalogue, "never declared")
    assert declarations.now().streams == {}


def test_topics_of_a_filter_become_one_stream(store: Store, settings: Settings) -> None:
    feeds.declare(store.catalogue, "presses", Declaration(topic="press/+/shot", joins=True))
    store.journal.append([Message("m", f"press/{number}/shot", b'{"v": 1}', NOW + number) for number in range(3)])
    catch_up(store, settings)
    assert store.lake.streams() == ["presses"]
    assert store.lake.pin("presses").records == 3


def test_a_declaration_that_cannot_be_read_concerns_its_stream_alone(store: Store, settings: Settings) -> None:
    feeds.declare(store.catalogue, "b", Declaration(time_column="when"))
    store.catalogue.put("feed", "a", b'{"units": 7}')
    store.journal.append([Message("m", topic, b'{"when": "2023-11-14T00:00:00Z"}', NOW) for topic in ("a", "b")])
    catch_up(store, settings)
    assert [feeds.facts(store.catalogue, stream).records for stream in ("a", "b")] == [1, 1]
    assert feeds.facts(store.catalogue, "b").first == 1_699_920_000_000_000_000
