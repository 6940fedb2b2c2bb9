"""What a page of descriptors costs, however many there are and whatever they hold."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from aas_server.store.contract import Store
from aas_server.twin.registry.registry import Registry
from aas_server.twin.repository import Repository

BASE = "https://factory.example/api/v3.1"


class Counted:
    """A document store that counts what it is asked for."""

    def __init__(self, documents: Any) -> None:
        self._documents = documents
        self.asked: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        self.asked[name] += 1
        return getattr(self._documents, name)


def shell(number: int, submodels: int) -> bytes:
    keys = [[{"type": "Submodel", "value": f"urn:sm:{number}:{place}"}] for place in range(submodels)]
    return msgspec.json.encode(
        {
            "modelType": "AssetAdministrationShell",
            "id": f"urn:aas:{number}",
            "assetInformation": {"assetKind": "Instance", "globalAssetId": f"urn:asset:{number}"},
            "submodels": [{"type": "ModelReference", "keys": one} for one in keys],
        }
    )


@pytest.mark.parametrize(("shells", "submodels"), [(1, 1), (12, 4)])
def test_a_page_of_shells_costs_at_most_four_queries(store: Store, shells: int, submodels: int) -> None:
    repository = Repository(store)

    async def work() -> Counter[str]:
        for number in range(shells):
            await repository.put("shell", shell(number, submodels))
            for place in range(submodels):
                await repository.put("submodel", b'{"modelType":"Submodel","id":"urn:sm:%d:%d"}' % (number, place))
        counted = Counted(store.documents)
        page = await Registry(Repository(replace(store, documents=counted))).page("shell", BASE, 100)  # type: ignore[arg-type]
        inside = [len(msgspec.json.decode(one.body)["submodelDescriptors"]) for one in page.documents]
        assert inside == [submodels] * shells
        return counted.asked

    asked = asyncio.run(work())
    assert asked == {"described": 1, "several": 2}
