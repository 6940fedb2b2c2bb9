"""Operations of a whole server: an engineer's own from a file, and those of a product's TimeSeries, over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from aas_server import ids
from aas_server.house import House
from aas_server.ids import Names
from aas_server.main import Server, listen
from aas_server.product import collect
from aas_server.product.recipe import Owner, Recipe
from aas_server.product.work import Work
from aas_server.settings import Settings
from connectors.message import Message
from submodels.text import both

PLANT = """
def register(operations):
    operations.register("urn:op:double", lambda call: {"Result": 2 * call.arguments["Value"]})
"""
SERIES = ids.encode("https://factory.example/ids/sm/cell/TimeSeries")


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    folder = tmp_path_factory.mktemp("operations")
    (folder / "plant.py").write_text(PLANT, "utf-8")
    settings = Settings(data=folder / "data", port=18_100, operation_files=[str(folder / "plant.py")])
    with (
        listen(settings, or_next=True) as listener,
        House(settings) as house,
        Server(house, [], listener),
    ):
        _collect(house, folder)
        port = listener.getsockname()[1]
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}/api/v3.1/", timeout=60) as client:
            yield client


def _collect(house: House, folder: Path) -> None:
    """Step 1 of a product of twelve records, a second apart."""
    rows = [{"localtime": f"2026-03-01T00:00:{second:02}Z", "speed": 10 + second} for second in range(12)]
    now = 1_780_000_000_000_000_000
    house.store.journal.append(
        [
            Message("mqtt://127.0.0.1:1883", "press", json.dumps(row).encode(), now + number, 1, False, number + 1)
            for number, row in enumerate(rows)
        ]
    )
    word = both("시험", "test")
    owner = Owner(word, word, word, word, "", "KR", "", "", word, "", "", "")
    recipe = Recipe("cell", word, word, "quality-prediction", "C", word, word, (word,), ("press",), owner)
    names = Names(house.settings.domain)
    made = Work(
        recipe, folder, house.store, house.shelf, house.packages, house.clock, names, house.settings, _silent
    )
    collect.run(made)


def _silent(*_: object) -> None:
    """Nobody watches the steps."""


def span(first: int, last: int) -> dict[str, Any]:
    return {f"{end}": f"2026-03-01T00:00:{second:02}Z" for end, second in (("min", first), ("max", last))}


def test_a_browser_of_the_shell_finds_the_operations(api: httpx2.Client) -> None:
    elements = api.get(f"submodels/{SERIES}/submodel-elements").json()["result"]
    operations = {one["idShort"]: one for one in elements if one["modelType"] == "Operation"}
    assert set(operations) == {"ReadRecords", "ReadSegments", "DeriveSegment"}
    timespan = operations["ReadRecords"]["inputVariables"][0]["value"]
    assert (timespan["modelType"], timespan["valueType"]) == ("Range", "xs:dateTime")


def test_records_are_read_by_values(api: httpx2.Client) -> None:
    at = f"submodels/{SERIES}/submodel-elements/ReadRecords/invoke/$value"
    answer = api.post(at, json={"inputArguments": {"Timespan": span(3, 5), "Columns": "speed"}}).json()
    assert (answer["executionState"], answer["success"]) == ("Completed", True)
    records = answer["outputArguments"]["Records"]
    assert [one["speed"] for one in records.values()] == [13, 14, 15]
    assert answer["outputArguments"]["RecordCount"] == 3


def test_a_segment_is_derived_in_the_background_and_read_where_the_result_says(api: httpx2.Client) -> None:
    at = f"submodels/{SERIES}/submodel-elements/DeriveSegment/invoke-async/$value"
    begun = api.post(at, json={"inputArguments": {"Timespan": span(0, 9)}, "clientTimeoutDuration": "PT1M"})
    assert begun.status_code == 202
    status = api.get(begun.headers["location"], follow_redirects=True)
    deadline = time.monotonic() + 60
    while status.json()["executionState"] == "Running":
        assert time.monotonic() < deadline
        status = api.get(begun.headers["location"], follow_redirects=True)
    keys = status.json()["outputArguments"]["Reference"]["keys"]
    path = ".".join(key["value"] for key in keys[1:])
    count = api.get(f"submodels/{SERIES}/submodel-elements/{path}.RecordCount/$value")
    assert (path, count.json()) == ("Segments.DerivedSegment00", 10)


def test_an_engineers_function_is_loaded(api: httpx2.Client) -> None:
    def number(name: str) -> dict[str, Any]:
        return {"value": {"modelType": "Property", "idShort": name, "valueType": "xs:int"}}

    operation = {
        "modelType": "Operation",
        "idShort": "Double",
        "semanticId": {
            "type": "ExternalReference",
            "keys": [{"type": "GlobalReference", "value": "urn:op:double"}],
        },
        "inputVariables": [number("Value")],
        "outputVariables": [number("Result")],
    }
    submodel = {"modelType": "Submodel", "id": "urn:sm:own", "idShort": "Own", "submodelElements": [operation]}
    assert api.post("submodels", json=submodel).status_code == 201
    at = f"submodels/{ids.encode('urn:sm:own')}/submodel-elements/Double/invoke/$value"
    answer = api.post(at, json={"inputArguments": {"Value": 21}})
    assert answer.json()["outputArguments"] == {"Result": 42}
