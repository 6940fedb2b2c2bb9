"""A field's or tag's declared type holds from the first value; what does not fit is kept as it came."""

from __future__ import annotations

import json

import pytest

from aas_server.ingest import feeds
from aas_server.ingest.feeds import Declaration
from aas_server.ingest.mending import catch_up
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.store.parquet import reader
from connectors.message import Message

NOW = 1_700_000_000_000_000_000


def stored(store: Store, stream: str, columns: str) -> list[tuple[object, ...]]:
    with reader({"records": store.lake.paths(store.lake.pin(stream))}) as database:
        return database.execute(f"SELECT {columns} FROM records").fetchall()


@pytest.mark.parametrize(
    ("type", "sent", "kept"),
    [
        ("double", "12.5", (12.5, "number-as-text", None)),
        ("double", 7, (7.0, None, None)),
        ("double", "ERR", (None, "misfit", '{"v": "ERR"}')),
        ("int64", "7", (7, "number-as-text", None)),
        ("int64", 7.5, (None, "misfit", '{"v": 7.5}')),
        ("string", 7, ("7", "value-as-text", None)),
        ("bool", 1, (True, "read-as-bool", None)),
        ("bool", "OFF", (False, "read-as-bool", None)),
        ("bool", 2, (None, "misfit", '{"v": 2}')),
    ],
)
def test_a_field(store: Store, settings: Settings, type: str, sent: object, kept: tuple[object, ...]) -> None:
    feeds.declare(store.catalogue, "s", Declaration(types={"v": type}))
    store.journal.append([Message("m", "s", json.dumps({"v": sent}).encode(), NOW)])
    catch_up(store, settings)
    assert stored(store, "s", "v, flags, misfit") == [kept]


@pytest.mark.parametrize(
    ("type", "sent", "kept"),
    [
        ("double", "12.5", (12.5, None, None, None)),
        ("double", "007", (7.0, None, "number-as-text", None)),
        ("double", "ERR", (None, None, "misfit", '{"A": "ERR"}')),
        ("int64", "7.5", (None, None, "misfit", '{"A": 7.5}')),
        ("int64", "9007199254740995", (9007199254740996.0, "9007199254740995", None, None)),
        ("string", "12", (None, "12", "value-as-text", None)),
        ("string", "RUN", (None, "RUN", None, None)),
        ("bool", "ON", (None, "true", None, None)),
        ("bool", "0", (None, "false", None, None)),
        ("bool", "7", (None, None, "misfit", '{"A": 7.0}')),
    ],
)
def test_a_tag(store: Store, settings: Settings, type: str, sent: str, kept: tuple[object, ...]) -> None:
    feeds.declare(store.catalogue, "mos_type-4_d", Declaration(types={"A": type}))
    payload = {"localtime": NOW, "data": [{"tag": "A", "value": sent}, {"tag": "B", "value": "x"}]}
    store.journal.append([Message("m", "mos/type-4/d", json.dumps(payload).encode(), NOW)])
    catch_up(store, settings)
    first, second = stored(store, "mos_type-4_d", "number, text, flags, misfit")
    assert (first, second) == (kept, (None, "x", None, None))


def test_a_stream_keeps_its_shape(store: Store, settings: Settings) -> None:
    feeds.declare(store.catalogue, "one", Declaration(topic="a/#", joins=True))
    feeds.declare(store.catalogue, "two", Declaration(topic="mos/type-4/x", joins=False))
    wide = Message("m", "a/1", b'{"v": 1}', NOW)
    store.journal.append([wide])
    catch_up(store, settings)
    feeds.declare(store.catalogue, "one", Declaration(topic="a/#", joins=True, form="mos-type-4"))
    store.journal.append([Message("m", "a/1", b'{"data": [{"tag": "A", "value": "1"}]}', NOW)])
    catch_up(store, settings)
    assert [(one.position, one.key) for one in store.journal.quarantined()] == [(2, "payload-other-shape")]
    assert stored(store, "one", "v") == [(1,)]
