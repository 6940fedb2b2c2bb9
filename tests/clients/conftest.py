"""A server as its users run it, for the clients that others publish: ``aas serve`` on a free port, one a session
and engine. Each test finds it empty."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from basyx.aas import model
from basyx.aas.adapter import aasx

from aas_server import ids

START_SECONDS = 120
"""Far more than a start takes: the machine may be busy."""


def _ask(url: str, method: str = "GET") -> Any:
    with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=60) as answer:
        content = answer.read()
    return json.loads(content) if content else None


@contextmanager
def _serving(folder: Path, port: int, **environment: str) -> Iterator[str]:
    arguments = ["serve", "--data", str(folder / "data"), "--port", str(port), "--lang", "en"]
    log = folder / "server.log"
    with log.open("wb") as out:
        command = [sys.executable, "-W", "ignore", "-m", "aas_server", *arguments]
        process = subprocess.Popen(command, stdout=out, stderr=out, env=os.environ | environment)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(f"http://127.0.0.1:{port}/api/v3.1/description"):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text("utf-8")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


def _answers(url: str) -> bool:
    try:
        return bool(_ask(url)["profiles"])
    except OSError:
        return False


def _emptied(server: str) -> str:
    for kind in ("shell-descriptors", "submodel-descriptors", "shells", "submodels", "concept-descriptions"):
        for one in _ask(f"{server}/api/v3.1/{kind}?limit=1000")["result"]:
            try:
                _ask(f"{server}/api/v3.1/{kind}/{ids.encode(one['id'])}", "DELETE")
            except urllib.error.HTTPError as fault:
                # A document's own descriptor goes with its document only.
                assert kind.endswith("-descriptors"), fault
                fault.close()
    return server


@pytest.fixture(scope="session")
def sqlite_server(tmp_path_factory: pytest.TempPathFactory, new_port: Callable[[], int]) -> Iterator[str]:
    with _serving(tmp_path_factory.mktemp("clients"), new_port()) as url:
        yield url


@pytest.fixture(params=["/api/v3.1", "/api/v3.0"])
def base(request: pytest.FixtureRequest, sqlite_server: str) -> str:
    """The base address of each version of the API, on an empty store."""
    return f"{_emptied(sqlite_server)}{request.param}"


@pytest.fixture
def on_postgres(tmp_path: Path, free_port: int, new_postgres: Callable[[], str]) -> Iterator[str]:
    """The base address of a server that keeps its documents in PostgreSQL."""
    with _serving(tmp_path, free_port, AAS_DATABASE_URL=new_postgres()) as url:
        yield f"{url}/api/v3.1"


@pytest.fixture
def package() -> Callable[[Path], Path]:
    """Writes a package, as the BaSyx Python SDK does, into a folder."""

    def write(folder: Path) -> Path:
        information = model.AssetInformation(model.AssetKind.INSTANCE, global_asset_id="urn:packed:asset")
        objects = model.DictIdentifiableStore(
            [model.AssetAdministrationShell(information, "urn:packed:aas", id_short="Packed")]
        )
        with aasx.AASXWriter(folder / "packed.aasx") as writer:
            writer.write_aas("urn:packed:aas", objects, aasx.DictSupplementaryFileContainer(), write_json=True)
        return folder / "packed.aasx"

    return write
