from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aas_server.errors import BadInput
from aas_server.store.contract import Fact, IdPage, Keys, Kind, Page, Store

LONG = "https://example.com/" + "가" * 300


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


async def put(store: Store, kind: Kind, id: str, keys: Keys | None = None, body: bytes = b"{}") -> None:
    async with store.documents.write() as transaction:
        await transaction.put(kind, id, body, keys or Keys())


async def everything(ask: Callable[[int, str | None], Awaitable[Page | IdPage]], limit: int) -> list[str]:
    """All ids of a list, read page by page."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = await ask(limit, cursor)
        ids = page.ids if isinstance(page, IdPage) else tuple(document.id for document in page.documents)
        assert len(ids) <= limit
        found += ids
        if (cursor := page.cursor) is None:
            return found


def described(store: Store, limit: int = 100, **filters: Any) -> list[str]:
    found: list[str] = run(
        everything(lambda size, cursor: store.documents.described("shell", size, cursor, **filters), limit)
    )
    return found


def shells(store: Store, *pairs: tuple[str, str], limit: int = 100) -> list[str]:
    found: list[str] = run(
        everything(lambda size, cursor: store.documents.shells_by_assets(pairs, size, cursor), limit)
    )
    return found


def test_lists_hand_out_the_metadata_where_it_is_asked_for(store: Store) -> None:
    run(put(store, "submodel", "urn:a", Keys(metadata=b"small"), b"large"))
    run(put(store, "submodel", "urn:b", Keys(), b"plain"))
    ask = store.documents
    assert run(ask.get("submodel", "urn:a", whole=False)).body == b"small"
    assert run(ask.get("submodel", "urn:a")).body == b"large"
    assert run(ask.get("submodel", "urn:a")).etag == run(ask.get("submodel", "urn:a", whole=False)).etag
    page = run(ask.page("submodel", 5, whole=False))
    assert [document.body for document in page.documents] == [b"small", b"plain"]
    found = run(ask.several("submodel", ["urn:b", "urn:a"], whole=False))
    assert [document.body for document in found.values()] == [b"plain", b"small"]


def test_several_are_those_that_are_there(store: Store) -> None:
    async def fill() -> None:
        async with store.documents.write() as transaction:
            for number in range(600):
                await transaction.put("submodel", f"urn:{number}", b"%d" % number, Keys())

    run(fill())
    ids = [f"urn:{number}" for number in range(0, 700, 2)]
    found = run(store.documents.several("submodel", [*ids, "urn:0", "nul\x00"]))
    assert list(found) == [id for id in ids if int(id[4:]) < 600]
    assert all(document.body.decode() == id[4:] for id, document in found.items())
    assert run(store.documents.several("shell", ids)) == {}
    assert run(store.documents.several("submodel", [])) == {}


def test_a_registered_descriptor_stands_in_place_of_the_shell(store: Store) -> None:
    run(put(store, "shell", "urn:a"))
    run(put(store, "shell", "urn:b"))
    run(put(store, "shell-descriptor", "urn:c"))
    run(put(store, "shell-descriptor", "urn:a", body=b"registered"))
    run(put(store, "submodel", "urn:d"))
    run(put(store, "submodel-descriptor", "urn:e"))
    assert described(store) == ["urn:b", "urn:c", "urn:a"]
    assert described(store, limit=1) == ["urn:b", "urn:c", "urn:a"]
    page = run(store.documents.described("shell", 10))
    assert [(one.kind, one.body) for one in page.documents][-1] == ("shell-descriptor", b"registered")


def test_facts_narrow_what_is_described(store: Store) -> None:
    def keys(kind: str, asset_type: str) -> Keys:
        return Keys(facts=(Fact("assetKind", kind), Fact("assetType", asset_type), Fact("x[0].y", "1")))

    run(put(store, "shell", "urn:a", keys("Instance", LONG)))
    run(put(store, "shell", "urn:b", keys("Type", LONG)))
    run(put(store, "shell-descriptor", "urn:c", keys("Instance", LONG + "!")))
    assert described(store, 1, facts=[("assetKind", "Instance")]) == ["urn:a", "urn:c"]
    assert described(store, 1, facts=[("assetKind", "Instance"), ("assetType", LONG)]) == ["urn:a"]
    assert described(store, 1, facts=[("assetType", LONG + "!")]) == ["urn:c"]
    assert described(store, 1, facts=[("assetKind", "NotApplicable")]) == []


def test_facts_follow_the_document(store: Store) -> None:
    run(put(store, "shell", "urn:a", Keys(facts=(Fact("assetKind", "Type"),)), b"1"))
    run(put(store, "shell", "urn:a", Keys(facts=(Fact("assetKind", "Instance"),)), b"2"))
    assert described(store, facts=[("assetKind", "Type")]) == []
    assert described(store, facts=[("assetKind", "Instance")]) == ["urn:a"]


def test_shells_are_found_by_their_own_asset_ids_and_by_links(store: Store) -> None:
    plant, line = ("plant", "1"), ("line", LONG)
    run(put(store, "shell", "urn:b", Keys(asset_ids=(plant,))))
    run(put(store, "asset-links", "urn:b", Keys(asset_ids=(line, plant))))
    run(put(store, "asset-links", "urn:a", Keys(asset_ids=(plant, line))))
    run(put(store, "shell", "urn:c", Keys(asset_ids=(line,))))
    run(put(store, "shell", "urn:d"))
    run(put(store, "shell-descriptor", "urn:e", Keys(asset_ids=(plant, line))))
    assert shells(store, plant) == ["urn:a", "urn:b"]
    assert shells(store, plant, line) == ["urn:a", "urn:b"]
    assert shells(store, line, limit=1) == ["urn:a", "urn:b", "urn:c"]
    assert shells(store, line, line) == ["urn:a", "urn:b", "urn:c"]
    assert shells(store, ("line", LONG[:-1])) == []
    assert shells(store) == ["urn:a", "urn:b", "urn:c"]


def test_shells_with_long_ids_come_in_their_order(store: Store) -> None:
    ids = [LONG + end for end in ("3", "1", "2", "", "나", "z")] + ["short"]
    for id in ids:
        run(put(store, "shell", id, Keys(asset_ids=(("plant", "1"),))))
    assert shells(store, ("plant", "1"), limit=2) == sorted(ids, key=str.encode)
    assert shells(store, limit=2) == sorted(ids, key=str.encode)


def test_long_keys_are_told_apart(store: Store) -> None:
    for end in ("1", "2"):
        run(put(store, "submodel", LONG + end, Keys(None, LONG + end, ((LONG, LONG + end),))))
    ask = store.documents
    for end in ("1", "2"):
        for wanted in ({"semantic_id": LONG + end}, {"asset_ids": [(LONG, LONG + end)]}):
            assert [one.id for one in run(ask.page("submodel", 5, **wanted)).documents] == [LONG + end]
        assert run(ask.get("submodel", LONG + end)).id == LONG + end


def test_pages_hold_while_others_write(store: Store) -> None:
    """Nothing that was there all the time is missed or comes twice, whatever is put, changed or taken away."""
    stay = [f"urn:{number:03}" for number in range(30)]
    keys = Keys("X", "sem", (("plant", "1"),), (Fact("assetKind", "Type"),))

    async def fill() -> None:
        async with store.documents.write() as transaction:
            for id in stay:
                await transaction.put("shell", id, b"{}", keys)
                await transaction.put("shell", id + "-go", b"{}", keys)

    run(fill())
    ask = store.documents
    lists: list[Callable[[int, str | None], Awaitable[Page | IdPage]]] = [
        lambda limit, cursor: ask.page("shell", limit, cursor, id_short="X"),
        lambda limit, cursor: ask.page("shell", limit, cursor, asset_ids=[("plant", "1")]),
        lambda limit, cursor: ask.described("shell", limit, cursor, facts=[("assetKind", "Type")]),
        lambda limit, cursor: ask.shells_by_assets([("plant", "1")], limit, cursor),
    ]

    async def read(ask_for: Callable[[int, str | None], Awaitable[Page | IdPage]], which: int) -> list[str]:
        step = 0

        async def meddling(limit: int, cursor: str | None) -> Page | IdPage:
            nonlocal step
            async with store.documents.write() as transaction:
                gone = stay[(which * 7 + step) % 30] + "-go"
                if await transaction.get("shell", gone):
                    await transaction.delete("shell", gone)
                await transaction.put("shell", stay[step % 30], b"%d %d" % (which, step), keys)
                await transaction.put("shell", f"urn:new:{which}:{step}", b"{}", keys)
            step += 1
            return await ask_for(limit, cursor)

        # A new one a step and four a page: the end comes nearer.
        return await everything(meddling, 4)

    for which, one in enumerate(lists):
        found = run(read(one, which))
        assert [id for id in found if id in stay] == stay
        assert len(found) == len(set(found))


@pytest.mark.parametrize("cursor", ["x", "한글", "czF4", "c" * 100, "aQ", "dDEuMg", "dDE", "aXgA", "cy0x"])
def test_a_foreign_cursor_is_refused_by_every_list(store: Store, cursor: str) -> None:
    ask = store.documents
    asked = [ask.page("shell", 5, cursor), ask.described("shell", 5, cursor), ask.recent("shell", 5, cursor)]
    refused = 0
    for work in (*asked, ask.shells_by_assets([], 5, cursor)):
        try:
            run(work)
        except BadInput as error:
            assert error.key == "cursor-wrong"
            refused += 1
    # One of another list's is one of ours; it leads to no more than another place.
    assert refused >= 3


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["shell", "shell-descriptor", "asset-links"]),
            st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=4),
            st.frozensets(st.sampled_from(["1", "2", "가"])),
        ),
        max_size=12,
    ),
    st.integers(1, 5),
    st.frozensets(st.sampled_from(["1", "2", "가"]), max_size=2),
)
def test_every_list_pages_like_the_whole(
    store: Store, put_in: list[tuple[Kind, str, frozenset[str]]], limit: int, wanted: frozenset[str]
) -> None:
    ask = store.documents
    pairs = [("a", value) for value in sorted(wanted)]

    async def fill() -> None:
        async with store.documents.write() as transaction:
            for kind in ("shell", "shell-descriptor", "asset-links"):
                for one in (await ask.page(kind, 1000)).documents:
                    await transaction.delete(kind, one.id)
            for number, (kind, id, values) in enumerate(put_in):
                pairs = tuple(("a", value) for value in sorted(values))
                facts = tuple(Fact(name, value) for name, value in pairs)
                await transaction.put(kind, id, b"%d" % number, Keys(None, None, pairs, facts))

    run(fill())
    known: dict[tuple[Kind, str], frozenset[str]] = {}
    for kind, id, values in put_in:
        known[kind, id] = values
    found = [id for (kind, id), values in known.items() if kind == "shell" and wanted <= values]
    assert run(everything(lambda n, c: ask.page("shell", n, c, asset_ids=pairs), limit)) == found
    joint: dict[str, frozenset[str]] = {}
    for (kind, id), values in known.items():
        if kind in ("shell", "asset-links") and values:
            joint[id] = joint.get(id, frozenset()) | values
    by_id = sorted((id for id, values in joint.items() if wanted <= values), key=str.encode)
    assert shells(store, *pairs, limit=limit) == by_id
    seen = [
        id
        for (kind, id), values in known.items()
        if (kind == "shell-descriptor" or (kind == "shell" and ("shell-descriptor", id) not in known))
        and wanted <= values
    ]
    assert described(store, limit, facts=pairs) == seen
