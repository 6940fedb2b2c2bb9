"""A whole server on a free port, asked as any client would ask it."""

from __future__ import annotations

import gzip
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from aas_server.house import House
from aas_server.main import Server, listen
from aas_server.settings import Settings
from aas_server.store.parquet import reader


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


class Running:
    """A server and its data folder."""

    def __init__(self, house: House, server: Server) -> None:
        self.house = house
        self.server = server

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """``headers`` with ``_`` for ``-``."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.server.url + path, body, named, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Answer(answer.status, answer.read(), answer.headers)
        except urllib.error.HTTPError as answer:
            with answer:
                return Answer(answer.code, answer.read(), answer.headers)

    def push(self, topic: str, body: bytes | str | dict[str, Any] | list[Any], **headers: str) -> Answer:
        """JSON where nothing else is said."""
        content = (
            body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
        )
        if headers.get("Content_Encoding") == "gzip" and content[:2] != b"\x1f\x8b":
            content = gzip.compress(content)
        return self.ask("POST", f"/ingest/{topic}", content, **({"Content_Type": "application/json"} | headers))

    def rows(self, stream: str, columns: str = "*") -> list[tuple[Any, ...]]:
        """What the lake holds of a stream, once all is folded, in the order it came."""
        assert self.server.ingest.settle()
        lake = self.house.store.lake
        with reader({"records": lake.paths(lake.pin(stream))}) as database:
            return database.execute(f"SELECT {columns} FROM records ORDER BY position, time").fetchall()

    @property
    def messages(self) -> int:
        return self.house.store.journal.last()


@pytest.fixture
def start(tmp_path: Path, new_port: Callable[[], int]) -> Iterator[Callable[..., Running]]:
    """Opens a server on the test's data folder; again, after it was closed."""
    stack: list[Any] = []

    def opened(**changed: Any) -> Running:
        close()
        settings = Settings(data=tmp_path / "data", port=new_port(), fold_seconds=0.05, zone="UTC", **changed)
        house = House(settings)
        server = Server(house, [], listen(settings))
        server.__enter__()
        stack.extend((house, server))
        server.wait_ready()
        return Running(house, server)

    def close() -> None:
        while stack:
            stack.pop().__exit__(None, None, None)

    yield opened
    close()


@pytest.fixture
def running(start: Callable[..., Running]) -> Running:
    return start()
