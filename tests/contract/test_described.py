"""What has a descriptor: stored documents and registered descriptors together, by their facts."""

from __future__ import annotations

import asyncio

import pytest

from aas_server.errors import BadInput
from aas_server.store.contract import Fact, Keys, Kind, Store

LONG = "urn:type:" + "x" * 500


def put(store: Store, *documents: tuple[Kind, str, dict[str, str]]) -> None:
    async def work() -> None:
        async with store.documents.write() as transaction:
            for kind, id, facts in documents:
                keys = Keys(facts=tuple(Fact(field, value) for field, value in facts.items()))
                await transaction.put(kind, id, f'{{"id":"{id}"}}'.encode(), keys)

    asyncio.run(work())


def found(store: Store, *facts: tuple[str, str], limit: int = 2) -> list[tuple[str, str]]:
    """Kind and id of all, page by page."""

    async def work() -> list[tuple[str, str]]:
        all_of_them: list[tuple[str, str]] = []
        cursor = None
        while True:
            page = await store.documents.described("shell", limit, cursor, facts=facts)
            assert len(page.documents) <= limit
            all_of_them += [(one.kind, one.id) for one in page.documents]
            cursor = page.cursor
            if cursor is None:
                return all_of_them

    return asyncio.run(work())


def test_both_kinds_come_in_order_of_creation_and_registered_ones_hide(store: Store) -> None:
    put(store, ("shell", "a", {}), ("shell-descriptor", "b", {}), ("shell", "c", {}), ("submodel", "d", {}))
    assert found(store) == [("shell", "a"), ("shell-descriptor", "b"), ("shell", "c")]
    put(store, ("shell-descriptor", "a", {}), ("submodel-descriptor", "c", {}))
    assert found(store) == [("shell-descriptor", "b"), ("shell", "c"), ("shell-descriptor", "a")]


def test_all_facts_must_hold_of_what_is_shown(store: Store) -> None:
    put(
        store,
        ("shell", "a", {"assetKind": "Type", "assetType": "x"}),
        ("shell", "b", {"assetKind": "Type", "assetType": LONG}),
        ("shell-descriptor", "c", {"assetKind": "Type", "assetType": LONG + "y"}),
        ("shell-descriptor", "d", {"assetKind": "Instance", "specificAssetIds[0].name": "n"}),
        ("shell", "e", {"assetKind": "Instance", "specificAssetIds[1].name": "n"}),
        ("shell-descriptor", "e", {"assetKind": "Role"}),
    )
    kinds = {
        kind: [id for _, id in found(store, ("assetKind", kind))] for kind in ("Type", "Instance", "Role", "?")
    }
    assert kinds == {"Type": ["a", "b", "c"], "Instance": ["d"], "Role": ["e"], "?": []}
    assert found(store, ("assetType", LONG)) == [("shell", "b")]
    assert found(store, ("assetType", LONG + "y"), ("assetKind", "Type")) == [("shell-descriptor", "c")]
    assert found(store, ("assetType", "x"), ("assetKind", "Role")) == []
    assert [id for _, id in found(store, ("specificAssetIds[0].name", "n"))] == ["d"]


def test_a_cursor_that_is_none(store: Store) -> None:
    with pytest.raises(BadInput, match="cursor-wrong"):
        asyncio.run(store.documents.described("shell", 2, "rubbish"))
