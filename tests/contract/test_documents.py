from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from aas_server.errors import BadInput, NotFound
from aas_server.store.contract import Document, Keys, Store


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


async def put(store: Store, id: str, body: bytes = b"{}", keys: Keys | None = None) -> str:
    async with store.documents.write() as transaction:
        return await transaction.put("submodel", id, body, keys or Keys())


async def all_ids(store: Store, limit: int, **filters: Any) -> list[str]:
    found: list[Document] = []
    cursor: str | None = None
    while True:
        page = await store.documents.page("submodel", limit, cursor, **filters)
        found += page.documents
        if (cursor := page.cursor) is None:
            return [document.id for document in found]


def test_a_document_comes_back_byte_by_byte(store: Store) -> None:
    body = '{"value": "1.50", "text": "가나다"}'.encode()
    keys = Keys("Sensor", "0173-1#02-AAQ203#001", (("serial", "7"), ("serial", "8")))
    assert run(put(store, "urn:a", body, keys)) == "created"
    found = run(store.documents.get("submodel", "urn:a"))
    assert (found.body, found.id_short, found.kind, found.id) == (body, "Sensor", "submodel", "urn:a")
    assert found.created == found.updated
    assert found.created.tzinfo is not None


def test_the_etag_follows_the_content_alone(store: Store) -> None:
    run(put(store, "urn:a", b"one"))
    first = run(store.documents.get("submodel", "urn:a"))
    assert run(put(store, "urn:a", b"two")) == "updated"
    second = run(store.documents.get("submodel", "urn:a"))
    run(put(store, "urn:b", b"one"))
    assert second.etag != first.etag
    assert run(store.documents.get("submodel", "urn:b")).etag == first.etag
    assert second.created == first.created


def test_the_same_bytes_again_are_no_change(store: Store) -> None:
    run(put(store, "urn:a"))
    assert run(put(store, "urn:a")) == "same"
    assert len(run(store.documents.changes(0, 10))) == 1


def test_every_write_is_in_the_change_log(store: Store) -> None:
    async def work() -> None:
        await put(store, "urn:a", b"1")
        await put(store, "urn:a", b"2")
        async with store.documents.write() as transaction:
            await transaction.put("shell", "urn:s", b"1", Keys())
            await transaction.delete("submodel", "urn:a")

    run(work())
    changes = run(store.documents.changes(0, 10))
    assert [change.position for change in changes] == [1, 2, 3, 4]
    assert [(change.kind, change.what) for change in changes] == [
        ("submodel", "created"),
        ("submodel", "updated"),
        ("shell", "created"),
        ("submodel", "deleted"),
    ]
    assert [change.position for change in run(store.documents.changes(2, 1))] == [3]


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    async def work() -> None:
        async with store.documents.write() as transaction:
            await transaction.put("submodel", "urn:a", b"{}", Keys())
            await transaction.attach("urn:a", "File", "text/plain", "0" * 64)
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        run(work())
    with pytest.raises(NotFound):
        run(store.documents.get("submodel", "urn:a"))
    assert run(store.documents.changes(0, 10)) == []
    assert run(put(store, "urn:a")) == "created"


def test_a_cancelled_transaction_frees_the_way(store: Store) -> None:
    async def work() -> str:
        inside = asyncio.Event()

        async def hanging() -> None:
            async with store.documents.write() as transaction:
                await transaction.put("submodel", "urn:a", b"{}", Keys())
                inside.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(hanging())
        await inside.wait()
        waiting = asyncio.create_task(put(store, "urn:b"))
        await asyncio.sleep(0)
        impatient = asyncio.create_task(put(store, "urn:c"))
        await asyncio.sleep(0)
        impatient.cancel()
        task.cancel()
        return await asyncio.wait_for(waiting, 90)

    assert run(work()) == "created"
    assert run(all_ids(store, 10)) == ["urn:b"]


def test_what_is_written_is_seen_only_when_committed(store: Store, open_again: Callable[[], Store]) -> None:
    other = open_again()

    async def work() -> None:
        async with store.documents.write() as transaction:
            await transaction.put("submodel", "urn:a", b"{}", Keys())
            with pytest.raises(NotFound):
                await other.documents.get("submodel", "urn:a")
        await other.documents.get("submodel", "urn:a")

    run(work())


def test_pages_hold_everything_once_and_in_order(store: Store) -> None:
    wanted = [f"urn:{number}" for number in range(25)]

    async def fill() -> None:
        async with store.documents.write() as transaction:
            for id in wanted:
                await transaction.put("submodel", id, b"{}", Keys())
                await transaction.put("shell", id, b"{}", Keys())

    run(fill())
    for limit in (1, 7, 25, 100):
        assert run(all_ids(store, limit)) == wanted


def test_a_page_goes_on_after_deletions_and_insertions(store: Store) -> None:
    async def work() -> list[str]:
        for number in range(6):
            await put(store, f"urn:{number}")
        first = await store.documents.page("submodel", 2)
        async with store.documents.write() as transaction:
            await transaction.delete("submodel", "urn:1")
            await transaction.delete("submodel", "urn:2")
        await put(store, "urn:new")
        rest = await store.documents.page("submodel", 10, first.cursor)
        return [document.id for document in rest.documents]

    assert run(work()) == ["urn:3", "urn:4", "urn:5", "urn:new"]


def test_filters_all_hold(store: Store) -> None:
    async def fill() -> None:
        await put(store, "urn:a", keys=Keys("X", "sem:1", (("plant", "1"), ("line", "2"))))
        await put(store, "urn:b", keys=Keys("X", "sem:2", (("plant", "1"),)))
        await put(store, "urn:c", keys=Keys("Y", "sem:1", (("plant", "2"), ("line", "2"))))

    run(fill())
    assert run(all_ids(store, 1, id_short="X")) == ["urn:a", "urn:b"]
    assert run(all_ids(store, 1, semantic_id="sem:1")) == ["urn:a", "urn:c"]
    assert run(all_ids(store, 1, id_short="X", semantic_id="sem:1")) == ["urn:a"]
    assert run(all_ids(store, 1, asset_ids=[("line", "2")])) == ["urn:a", "urn:c"]
    assert run(all_ids(store, 1, asset_ids=[("plant", "1"), ("line", "2")])) == ["urn:a"]
    assert run(all_ids(store, 1, id_short="Z")) == []


def test_keys_follow_the_document(store: Store) -> None:
    run(put(store, "urn:a", b"1", Keys("Old", None, (("plant", "1"),))))
    run(put(store, "urn:a", b"2", Keys("New", None, (("plant", "2"),))))
    assert run(all_ids(store, 5, asset_ids=[("plant", "1")])) == []
    assert run(all_ids(store, 5, id_short="New", asset_ids=[("plant", "2")])) == ["urn:a"]


@pytest.mark.parametrize("cursor", ["x", "한글", "czF4", "c" * 100, "MTI="])
def test_a_foreign_cursor_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(BadInput) as refused:
        run(store.documents.page("submodel", 5, cursor))
    assert refused.value.key == "cursor-wrong"


def test_what_is_not_there_is_not_found(store: Store) -> None:
    async def delete() -> None:
        async with store.documents.write() as transaction:
            await transaction.delete("submodel", "urn:a")

    for work in (delete(), store.documents.get("submodel", "urn:a"), store.documents.attachment("urn:a", "File")):
        with pytest.raises(NotFound):
            run(work)


def test_attachments_live_and_go_with_their_document(store: Store) -> None:
    async def attach(digest: str) -> None:
        async with store.documents.write() as transaction:
            await transaction.put("submodel", "urn:a", b"{}", Keys())
            await transaction.attach("urn:a", "Files.Model", "model/onnx", digest)
            await transaction.attach("urn:a", "thumbnail", "image/png", "1" * 64)

    run(attach("2" * 64))
    run(attach("3" * 64))
    assert run(store.documents.attachment("urn:a", "Files.Model")) == ("model/onnx", "3" * 64)
    assert set(run(store.documents.attachments("urn:a"))) == {"Files.Model", "thumbnail"}
    assert run(store.documents.changes(0, 100))[-1].what == "updated"

    async def delete() -> None:
        async with store.documents.write() as transaction:
            await transaction.delete("submodel", "urn:a")

    run(delete())
    assert run(store.documents.attachments("urn:a")) == {}


def test_many_writers_in_many_loops_lose_nothing(store: Store, open_again: Callable[[], Store]) -> None:
    """Two stores on one folder, as two processes have, each written from two event loops."""
    other = open_again()

    async def write(which: Store, name: str) -> None:
        for number in range(20):
            await put(which, f"urn:{name}:{number}")

    threads = [
        threading.Thread(target=run, args=(write(which, name),))
        for which, name in ((store, "a"), (store, "b"), (other, "c"), (other, "d"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(run(all_ids(store, 1000))) == 80
    assert [change.position for change in run(other.documents.changes(0, 1000))] == list(range(1, 81))
