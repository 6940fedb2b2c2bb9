"""Whether cost stays flat: ``python tests/bench/scale.py [--few 1000] [--many 200000] [--database URL]``.

Fills one store with few shells, measures, fills it up to many, measures again. A shell has a submodel of 2.4 KB.
Printed: medians with many against medians with few (limit 1.5) and the rate of POST (limit 0.8).
"""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from aas_server.house import House
from aas_server.main import Server, listen
from aas_server.settings import Settings
from aas_server.store.contract import Kind
from aas_server.twin.index import keys

BATCH = 5_000
CALLS = 200
READ_LIMIT, WRITE_LIMIT = 1.5, 0.8
BASE = "/api/v3.1"


def reference(kind: str, value: str) -> dict[str, Any]:
    form = "ExternalReference" if kind == "GlobalReference" else "ModelReference"
    return {"type": form, "keys": [{"type": kind, "value": value}]}


def shell(number: int) -> dict[str, Any]:
    return {
        "idShort": f"Machine{number}",
        "modelType": "AssetAdministrationShell",
        "id": f"https://factory.example/aas/{number}",
        "assetInformation": {
            "assetKind": "Instance",
            "globalAssetId": f"https://factory.example/asset/{number}",
            "specificAssetIds": [{"name": "serial", "value": f"S-{number}"}],
        },
        "submodels": [reference("Submodel", f"https://factory.example/sm/{number}")],
    }


def submodel(number: int) -> dict[str, Any]:
    properties = [
        {
            "idShort": f"Value{position:02}",
            "modelType": "Property",
            "semanticId": reference("GlobalReference", f"https://factory.example/cd/value-{position}"),
            "valueType": "xs:double",
            "value": f"{number}.{position}",
        }
        for position in range(10)
    ]
    return {
        "idShort": f"Readings{number}",
        "modelType": "Submodel",
        "id": f"https://factory.example/sm/{number}",
        "semanticId": reference("GlobalReference", f"https://factory.example/cd/readings-{number % 1000}"),
        "submodelElements": properties,
    }


def fill(house: House, first: int, last: int) -> None:
    """Straight into the store: made here, so that verifying it would only measure the verifier."""

    async def batch(start: int, end: int) -> None:
        async with house.repository.write() as transaction:
            for number in range(start, end):
                made: tuple[tuple[Kind, dict[str, Any]], ...] = (
                    ("submodel", submodel(number)),
                    ("shell", shell(number)),
                )
                for kind, plain in made:
                    await transaction.put(kind, plain["id"], msgspec.json.encode(plain), keys(kind, plain))

    for start in range(first, last, BATCH):
        house.runner.run(batch(start, min(start + BATCH, last)))


@contextmanager
def connected(url: str) -> Iterator[Callable[..., bytes]]:
    host = url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=60)

    def call(method: str, path: str, body: Any = None) -> bytes:
        given = None if body is None else json.dumps(body)
        connection.request(method, BASE + path, given, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        got = answer.read()
        assert answer.status < 300, (method, path, answer.status, got[:300])
        return got

    yield call
    connection.close()


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def reads(call: Callable[..., bytes], count: int) -> dict[str, Callable[[int], bytes]]:
    """What is measured, each by the number of the call, so that no two ask the same."""
    cursors = {
        kind: json.loads(call("GET", f"/{kind}?limit=100"))["paging_metadata"]["cursor"]
        for kind in ("shells", "submodels", "shell-descriptors", "submodel-descriptors")
    }

    def query(number: int) -> bytes:
        meaning = f"https://factory.example/cd/readings-{number % 1000}"
        condition = {"$eq": [{"$field": "$sm#semanticId"}, {"$strVal": meaning}]}
        return call("POST", "/query/submodels?limit=1", {"$condition": condition})

    def lookup(number: int) -> bytes:
        asset = json.dumps({"name": "serial", "value": f"S-{number * 7919 % count}"})
        return call("GET", f"/lookup/shells?assetIds={encoded(asset)}")

    pages: dict[str, Callable[[int], bytes]] = {
        f"page of 100 {kind}": lambda _, kind=kind, cursor=cursor: call(  # type: ignore[misc]
            "GET", f"/{kind}?limit=100&cursor={cursor}"
        )
        for kind, cursor in cursors.items()
    }
    return pages | {
        "discovery look-up": lookup,
        "query by semantic id": query,
        "description": lambda _: call("GET", "/description"),
    }


def measured(call: Callable[..., bytes], count: int) -> dict[str, float]:
    """Median milliseconds a call."""
    result = {}
    for name, ask in reads(call, count).items():
        times = []
        for number in range(CALLS):
            began = time.perf_counter()
            ask(number)
            times.append(time.perf_counter() - began)
        result[name] = statistics.median(times) * 1000
    return result


def post_rate(call: Callable[..., bytes], first: int, count: int) -> float:
    """Submodels a second, one after the other; they are removed again."""
    made = [submodel(first + number) for number in range(count)]
    began = time.perf_counter()
    for one in made:
        call("POST", "/submodels", one)
    rate = count / (time.perf_counter() - began)
    for one in made:
        call("DELETE", f"/submodels/{encoded(one['id'])}")
    return rate


def unchanged_put_writes_nothing(house: House, call: Callable[..., bytes]) -> bool:
    async def last() -> int:
        position = 0
        while changes := await house.store.documents.changes(position, 10_000):
            position = changes[-1].position
        return position

    call("PUT", f"/submodels/{encoded(submodel(0)['id'])}", submodel(0))
    before = house.runner.run(last())
    call("PUT", f"/submodels/{encoded(submodel(0)['id'])}", submodel(0))
    return house.runner.run(last()) == before


def run(few: int, many: int, database: str | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        listener = listen(Settings(), or_next=True)
        given: dict[str, Any] = {"data": Path(folder) / "data", "port": listener.getsockname()[1]}
        if database:
            given["database_url"] = database
        settings = Settings(**given)
        with House(settings) as house:
            fill(house, 0, few)
            with Server(house, [], listener) as server:
                server.wait_ready()
                with connected(server.url) as call:
                    small, small_rate = measured(call, few), post_rate(call, 10**9, 500)
                    print(
                        f"a PUT that changes nothing writes nothing: {unchanged_put_writes_nothing(house, call)}"
                    )
                began = time.perf_counter()
                fill(house, few, many)
                print(f"filled to {many:,} shells and submodels in {time.perf_counter() - began:.0f} s")
                with connected(server.url) as call:
                    large, large_rate = measured(call, many), post_rate(call, 2 * 10**9, 500)
        began = time.perf_counter()
        with House(settings):
            print(f"opening the store with {many:,}: {time.perf_counter() - began:.2f} s")
    for name in small:
        ratio = large[name] / small[name]
        print(f"{name:32} {small[name]:8.2f} ms {large[name]:8.2f} ms  ratio {ratio:.2f} (limit {READ_LIMIT})")
    ratio = large_rate / small_rate
    print(
        f"{'POST submodel':32} {small_rate:8.0f} /s {large_rate:8.0f} /s  ratio {ratio:.2f} (limit {WRITE_LIMIT})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", type=int, default=1_000)
    parser.add_argument("--many", type=int, default=200_000)
    parser.add_argument("--database", help="postgresql://… (otherwise SQLite in a temporary folder)")
    given = parser.parse_args()
    run(given.few, given.many, given.database)


if __name__ == "__main__":
    main()
