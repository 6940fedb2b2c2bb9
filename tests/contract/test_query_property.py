"""Random conditions, asked of a store and of plain JSON."""

from __future__ import annotations

import asyncio
import importlib.util
import random
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import msgspec
import pytest

from aas_server.store.contract import Keys, Kind, Store
from aas_server.store.contract.condition import (
    AllOf,
    AnyOf,
    Cast,
    Compare,
    Comparison,
    Condition,
    Constant,
    Field,
    Given,
    Match,
    Not,
    Operand,
    Type,
)
from aas_server.twin.index import keys

CONDITIONS = 600
TEXTS = ["a", "ab", "B", "가", "1", "true", "1.50", "2024-02-29T10:00:00Z", "16#0F", "f", "10:30", "urn:m:1", ""]
TEXTS += ["INF", "-INF", "NaN"]
PATHS = ["", "P", "L[]", "L[0]", "L[].Q", "L[1].Q", "L[].M[]", "L[].M[1]", "L[].N", "N"]
ELEMENT_NAMES = ["idShort", "value", "valueType", "language", "semanticId.type", "semanticId.keys[0].value"]
ELEMENT_NAMES += ["semanticId.keys[].type", "semanticId.keys[].value", "semanticId.keys[1].value"]
SUBMODEL_NAMES = ["id", "idShort", "semanticId.type", "semanticId.keys[0].value", "semanticId.keys[].value"]
SHELL_NAMES = ["id", "idShort", "assetKind", "globalAssetId", "submodels[].keys[0].value", "submodels[].type"]
SHELL_NAMES += ["specificAssetIds[].name", "specificAssetIds[].value", "specificAssetIds[1].value"]
PATTERNS = ["^[0-9]+$", "a|B", r"^[^\n\r]*1", "가{1,2}"]
GIVEN = [Given(text) for text in TEXTS]
GIVEN += [Given(value, "number") for value in (1.0, 1.5, -2.0)]
GIVEN += [Given(True, "boolean"), Given("16#F", "hex"), Given("10:30", "time"), Given("08:00:01", "time")]
GIVEN += [Given("2024-02-29T19:00:00+09:00", "date-time"), Given("2024-01-01T00:00:00Z", "date-time")]
TYPES: list[Type] = ["string", "number", "boolean", "date-time", "time", "hex"]
ORDERS: list[Comparison] = ["eq", "eq", "ne", "gt", "ge", "lt", "le"]
PARTS: list[Comparison] = ["contains", "starts-with", "ends-with"]


@pytest.fixture(scope="module")
def naive() -> ModuleType:
    spec = importlib.util.spec_from_file_location("naive", Path(__file__).with_name("naive.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class World:
    """Documents of chance, small enough that many conditions hold for some of them and not for others."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.submodels = tuple(self._submodel(f"urn:sm:{number}") for number in range(14))
        self.shells = tuple(self._shell(f"urn:aas:{number}") for number in range(10))

    def _submodel(self, id: str) -> dict[str, Any]:
        inner = [
            {"modelType": "SubmodelElementCollection", "value": self._properties("Q", "N") + self._list("M")}
            for _ in range(self._random.randrange(3))
        ]
        elements = [*self._properties("P"), self._named({"modelType": "SubmodelElementList", "idShort": "L"})]
        elements[-1]["value"] = inner
        texts = [{"language": one, "text": self._text()} for one in self._random.sample(["ko", "en"], 2)]
        elements.append({"modelType": "MultiLanguageProperty", "idShort": "N", "value": texts})
        return self._named({"modelType": "Submodel", "id": id, "idShort": self._text()}) | {
            "submodelElements": elements
        }

    def _list(self, name: str) -> list[dict[str, Any]]:
        inside = [self._property() for _ in range(self._random.randrange(3))]
        return [{"modelType": "SubmodelElementList", "idShort": name, "value": inside}]

    def _properties(self, *names: str) -> list[dict[str, Any]]:
        return [self._property() | {"idShort": name} for name in names if self._random.random() < 0.8]

    def _property(self) -> dict[str, Any]:
        plain = self._named({"modelType": "Property", "valueType": self._random.choice(["xs:string", "xs:int"])})
        return plain | ({"value": self._text()} if self._random.random() < 0.9 else {})

    def _named(self, plain: dict[str, Any]) -> dict[str, Any]:
        return plain | ({"semanticId": self._reference()} if self._random.random() < 0.7 else {})

    def _reference(self) -> dict[str, Any]:
        kinds = self._random.choice([["GlobalReference"], ["GlobalReference"], ["ConceptDescription"], ["A", "B"]])
        keys = [{"type": kind, "value": f"urn:m:{self._random.randrange(3)}"} for kind in kinds]
        return {"type": "ExternalReference" if len(kinds) == 1 else "ModelReference", "keys": keys}

    def _shell(self, id: str) -> dict[str, Any]:
        asset: dict[str, Any] = {"assetKind": "Instance", "globalAssetId": self._text()}
        asset["specificAssetIds"] = [
            {"name": self._text(), "value": self._text()} for _ in range(self._random.randrange(3))
        ]
        linked = self._random.sample([one["id"] for one in self.submodels], self._random.randrange(4))
        return {
            "modelType": "AssetAdministrationShell",
            "id": id,
            **({"idShort": self._text()} if self._random.random() < 0.8 else {}),
            "assetInformation": asset,
            "submodels": [
                {"type": "ModelReference", "keys": [{"type": "Submodel", "value": one}]} for one in linked
            ],
        }

    def _text(self) -> str:
        return self._random.choice(TEXTS)


class Conditions:
    """Conditions of chance."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def some(self, depth: int = 0) -> Condition:
        choice = self._random.random()
        if choice < 0.5 or depth > 2:
            return self._compare()
        if choice < 0.7:
            return Match(tuple(self._compare(alike=True) for _ in range(self._random.choice([1, 2, 2, 3]))))
        if choice < 0.8:
            return Not(self.some(depth + 1))
        parts = tuple(self.some(depth + 1) for _ in range(self._random.choice([2, 2, 3])))
        return AllOf(parts) if choice < 0.9 else AnyOf(parts) if choice < 0.98 else Constant(choice < 0.99)

    def _compare(self, alike: bool = False) -> Compare:
        field = self._field(alike)
        if self._random.random() < 0.15:
            return Compare(field, self._random.choice(PARTS), Given(self._random.choice(TEXTS)))
        if self._random.random() < 0.1:
            return Compare(field, "regex", Given(self._random.choice(PATTERNS)))
        other: Operand = self._random.choice(GIVEN)
        if self._random.random() < 0.15 and not alike:
            other = self._field(alike)
        left: Operand = Cast(field, self._random.choice(TYPES)) if self._random.random() < 0.1 else field
        pair = (left, other) if self._random.random() < 0.8 else (other, left)
        return Compare(pair[0], self._random.choice(ORDERS), pair[1])

    def _field(self, alike: bool) -> Field:
        choice = self._random.random()
        if choice < 0.55:
            names = ELEMENT_NAMES[:2] if alike and choice < 0.4 else ELEMENT_NAMES
            return Field("sme", self._random.choice(names), self._random.choice(PATHS))
        if choice < 0.75:
            return Field("sm", self._random.choice(SUBMODEL_NAMES))
        return Field("aas", self._random.choice(SHELL_NAMES))


async def stored(store: Store, world: World) -> None:
    async with store.documents.write() as transaction:
        for kind, documents in (("submodel", world.submodels), ("shell", world.shells)):
            for plain in documents:
                found: Keys = keys(cast(Kind, kind), plain)
                await transaction.put(cast(Kind, kind), plain["id"], msgspec.json.encode(plain), found)


async def asked(store: Store, kind: Kind, condition: Condition) -> list[str]:
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = await store.documents.query(kind, condition, 4, cursor)
        found += [document.id for document in page.documents]
        if (cursor := page.cursor) is None:
            return found


@pytest.mark.parametrize("seed", [1, 2])
def test_a_store_finds_what_plain_json_says(store: Store, naive: ModuleType, seed: int) -> None:
    world = World(seed)
    conditions = Conditions(seed)

    async def work() -> int:
        await stored(store, world)
        told = 0
        for number in range(CONDITIONS):
            condition = conditions.some()
            kind: Kind = "shell" if number % 2 else "submodel"
            expected = naive.found(kind, condition, world)
            assert await asked(store, kind, condition) == expected, (kind, condition)
            told += 0 < len(expected) < len(world.shells)
        return told

    # Conditions that hold for all or for none would show little.
    assert asyncio.run(work()) > CONDITIONS / 8
