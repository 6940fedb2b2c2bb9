from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from aas_server.errors import BadInput, NotFound
from aas_server.store.contract import Element, Fact, Keys, Store


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def test_a_transaction_sees_what_it_wrote(store: Store, open_again: Callable[[], Store]) -> None:
    other = open_again()

    async def work() -> None:
        async with store.documents.write() as transaction:
            assert await transaction.get("submodel", "urn:a") is None
            await transaction.put("submodel", "urn:a", b"1", Keys("One"))
            await transaction.put("submodel", "urn:a", b"2", Keys("Two"))
            found = await transaction.get("submodel", "urn:a")
            assert found is not None
            assert (found.body, found.id_short) == (b"2", "Two")
            await transaction.attach("urn:a", "File", "text/plain", "1" * 64)
            assert await transaction.attachments("urn:a") == {"File": ("text/plain", "1" * 64)}
            assert await other.documents.attachments("urn:a") == {}
            await transaction.delete("submodel", "urn:a")
            assert await transaction.get("submodel", "urn:a") is None
            assert await transaction.attachments("urn:a") == {}

    run(work())


def test_what_a_transaction_read_stays_true(store: Store, open_again: Callable[[], Store]) -> None:
    """Two stores count one document up; no step is lost, since one transaction at a time writes."""
    stores = (store, open_again())

    async def count(which: Store) -> None:
        for _ in range(10):
            async with which.documents.write() as transaction:
                found = await transaction.get("submodel", "urn:n")
                number = int(found.body) if found else 0
                await asyncio.sleep(0)
                await transaction.put("submodel", "urn:n", b"%d" % (number + 1), Keys())

    async def both() -> None:
        await asyncio.gather(*(count(which) for which in stores))

    run(both())
    assert run(store.documents.get("submodel", "urn:n")).body == b"20"
    assert len(run(store.documents.changes(0, 100))) == 20


def test_an_attachment_is_taken_away(store: Store) -> None:
    async def work() -> list[bool]:
        async with store.documents.write() as transaction:
            await transaction.put("submodel", "urn:a", b"{}", Keys())
            await transaction.attach("urn:a", "File", "text/plain", "1" * 64)
        async with store.documents.write() as transaction:
            return [await transaction.detach("urn:a", path) for path in ("File", "File", "Other")]

    assert run(work()) == [True, False, False]
    with pytest.raises(NotFound):
        run(store.documents.attachment("urn:a", "File"))
    assert [change.what for change in run(store.documents.changes(0, 10))] == ["created", "updated", "updated"]


def test_the_same_attachment_again_is_no_change(store: Store) -> None:
    async def work() -> None:
        for _ in range(2):
            async with store.documents.write() as transaction:
                await transaction.put("submodel", "urn:a", b"{}", Keys())
                await transaction.attach("urn:a", "File", "text/plain", "1" * 64)

    run(work())
    assert len(run(store.documents.changes(0, 10))) == 2


def test_a_concept_description_takes_no_others_attachments_with_it(store: Store) -> None:
    async def work() -> None:
        async with store.documents.write() as transaction:
            await transaction.put("submodel", "urn:a", b"{}", Keys())
            await transaction.put("concept-description", "urn:a", b"{}", Keys())
            await transaction.attach("urn:a", "File", "text/plain", "1" * 64)
            await transaction.delete("concept-description", "urn:a")

    run(work())
    assert set(run(store.documents.attachments("urn:a"))) == {"File"}


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_a_text_that_no_database_keeps_is_refused_and_nothing_stored(store: Store, text: str) -> None:
    async def put(id: str, keys: Keys) -> None:
        async with store.documents.write() as transaction:
            await transaction.put("submodel", "urn:first", b"{}", Keys())
            await transaction.put("submodel", id, b"{}", keys)

    every = [
        Keys(id_short=text),
        Keys(semantic_id=text),
        Keys(asset_ids=(("a", text),)),
        Keys(facts=(Fact("a", text),)),
        Keys(elements=(Element("P", value=text),)),
    ]
    for id, keys in [(text, Keys()), *(("urn:a", keys) for keys in every)]:
        with pytest.raises(BadInput) as refused:
            run(put(id, keys))
        assert refused.value.key == "text-not-storable"
        assert "\x00" not in refused.value.values["text"]  # type: ignore[operator]
    assert run(store.documents.changes(0, 10)) == []
    with pytest.raises(NotFound):
        run(store.documents.get("submodel", text))
    with pytest.raises(BadInput):
        run(store.documents.page("submodel", 5, id_short=text))
    with pytest.raises(BadInput):
        store.catalogue.put("demo", text, b"1")


def test_a_cancelled_begin_leaves_the_way_free(store: Store) -> None:
    async def work() -> None:
        for _ in range(20):
            task = asyncio.create_task(enter())
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        async with store.documents.write() as transaction:
            await transaction.put("submodel", "urn:a", b"{}", Keys())

    async def enter() -> None:
        async with store.documents.write():
            await asyncio.Event().wait()

    run(asyncio.wait_for(work(), 90))
    assert len(run(store.documents.changes(0, 10))) == 1


def test_writers_that_wait_take_nothing_from_the_one_that_writes(store: Store) -> None:
    """More of them than any pool has connections; the one in its transaction still reads records."""
    store.catalogue.put("demo", "first", b"1")
    waiting = [
        threading.Thread(target=store.catalogue.put, args=("demo", f"{number:02}", b"1")) for number in range(15)
    ]

    async def work() -> None:
        async with store.documents.write() as transaction:
            for thread in waiting:
                thread.start()
            for number in range(10):
                assert await asyncio.to_thread(store.catalogue.get, "demo", "first") == b"1"
                await transaction.put("submodel", f"urn:{number}", b"{}", Keys())

    run(asyncio.wait_for(work(), 90))
    for thread in waiting:
        thread.join()
    assert len(store.catalogue.page("demo")) == 16
