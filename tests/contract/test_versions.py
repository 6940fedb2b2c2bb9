from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any

import pytest

from aas_server.errors import NotFound
from aas_server.store.contract import Change, Keys, Kind, Store

TICK = timedelta(microseconds=1)


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


async def put(store: Store, id: str, body: bytes, keys: Keys | None = None, kind: Kind = "submodel") -> datetime:
    async with store.documents.write() as transaction:
        await transaction.put(kind, id, body, keys or Keys())
    return (await store.documents.get(kind, id)).updated


async def delete(store: Store, id: str) -> datetime:
    async with store.documents.write() as transaction:
        await transaction.delete("submodel", id)
    return (await store.documents.changes(0, 1000))[-1].time


async def recent(store: Store, limit: int = 100, **filters: Any) -> list[Change]:
    found: list[Change] = []
    cursor: str | None = None
    while True:
        changes, cursor = await store.documents.recent("submodel", limit, cursor, **filters)
        found += changes
        if cursor is None:
            return found


def test_a_document_is_there_as_it_stood(store: Store) -> None:
    first = run(put(store, "urn:a", b"1", Keys("One")))
    second = run(put(store, "urn:a", b"2", Keys("Two")))
    gone = run(delete(store, "urn:a"))
    again = run(put(store, "urn:a", b"3"))
    ask = store.documents
    assert [run(ask.at("submodel", "urn:a", moment)).body for moment in (first, second - TICK)] == [b"1", b"1"]
    assert [run(ask.at("submodel", "urn:a", moment)).body for moment in (second, gone - TICK)] == [b"2", b"2"]
    assert run(ask.at("submodel", "urn:a", again + timedelta(days=1))).body == b"3"
    old = run(ask.at("submodel", "urn:a", second))
    assert (old.id_short, old.created, old.updated) == ("Two", first, second)
    for moment in (first - TICK, gone, again - TICK):
        with pytest.raises(NotFound):
            run(ask.at("submodel", "urn:a", moment))
    for id in ("urn:b", "nul\x00"):
        with pytest.raises(NotFound):
            run(ask.at("submodel", id, again))


def test_the_same_bytes_again_make_no_version(store: Store) -> None:
    first = run(put(store, "urn:a", b"1"))
    assert run(put(store, "urn:a", b"1")) == first
    second = run(put(store, "urn:a", b"2"))
    assert run(store.documents.at("submodel", "urn:a", second - TICK)).updated == first


def test_old_versions_are_forgotten_a_few_at_a_time(store: Store) -> None:
    moments = [run(put(store, "urn:a", b"%d" % number)) for number in range(5)]

    async def forget(before: datetime, most: int) -> int:
        async with store.documents.write() as transaction:
            return await transaction.forget_versions(before, most)

    assert run(forget(moments[0], 10)) == 0
    assert run(forget(moments[3] + TICK, 2)) == 2
    with pytest.raises(NotFound):
        run(store.documents.at("submodel", "urn:a", moments[1]))
    assert run(store.documents.at("submodel", "urn:a", moments[2])).body == b"2"
    assert run(forget(moments[3] + TICK, 10)) == 1
    assert run(store.documents.at("submodel", "urn:a", moments[3])).body == b"3"
    assert run(store.documents.get("submodel", "urn:a")).body == b"4"


def test_the_last_change_of_each_document_comes_once(store: Store) -> None:
    for id in ("urn:a", "urn:b", "urn:c", "urn:d"):
        run(put(store, id, b"1"))
    run(put(store, "urn:a", b"2"))
    run(delete(store, "urn:b"))
    run(put(store, "urn:s", b"1", kind="shell"))
    for limit in (1, 3, 100):
        changes = run(recent(store, limit))
        assert [(change.id, change.what) for change in changes] == [
            ("urn:c", "created"),
            ("urn:d", "created"),
            ("urn:a", "updated"),
            ("urn:b", "deleted"),
        ]


def test_recent_changes_are_narrowed(store: Store) -> None:
    keys = Keys(None, "sem:1", (("plant", "1"),))
    born_a = run(put(store, "urn:a", b"1", keys))
    born_b = run(put(store, "urn:b", b"1", keys))
    run(put(store, "urn:c", b"1"))
    changed_a = run(put(store, "urn:a", b"2", keys))
    gone = run(delete(store, "urn:c"))

    def ids(**filters: Any) -> list[str]:
        return [change.id for change in run(recent(store, 1, **filters))]

    assert ids() == ["urn:b", "urn:a", "urn:c"]
    assert ids(updated_from=born_b + TICK) == ["urn:a", "urn:c"]
    assert ids(updated_from=changed_a) == ["urn:a", "urn:c"]
    assert ids(updated_from=gone + TICK) == []
    assert ids(created_from=born_a + TICK) == ["urn:b", "urn:c"]
    assert ids(created_from=born_a, updated_from=changed_a) == ["urn:a", "urn:c"]
    assert ids(semantic_id="sem:1") == ["urn:b", "urn:a"]
    assert ids(asset_ids=[("plant", "1")], semantic_id="sem:1") == ["urn:b", "urn:a"]
    assert ids(asset_ids=[("plant", "2")]) == []


def test_a_document_made_again_is_born_again(store: Store) -> None:
    run(put(store, "urn:a", b"1"))
    run(delete(store, "urn:a"))
    again = run(put(store, "urn:a", b"1"))
    changes = run(recent(store, created_from=again))
    assert [(change.id, change.what) for change in changes] == [("urn:a", "created")]
