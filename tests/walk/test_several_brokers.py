"""``aas serve`` with several brokers: each with its own options; ready once all are, and not when one is lost."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

Until = Callable[..., None]
Make = Callable[..., Any]
pytestmark = pytest.mark.broker
PASSWORD = "not-to-be-seen"


class Served:
    """A server, and what it has said so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self.said: list[str] = []
        self._reading = threading.Thread(target=self._read, args=(process,), daemon=True)
        self._reading.start()
        self.url = str(json.loads(process.stdout.readline())["url"])

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        self.said += iter(process.stderr.readline, "")

    def health(self) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(f"{self.url}/health/ready") as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as fault:
            assert fault.code == 503
            return dict(json.load(fault))

    def tells(self, text: str) -> Callable[[], bool]:
        return lambda: any(text in line for line in self.said)


@contextmanager
def serving(folder: Path, settings: str, surroundings: Any, language: str = "ko") -> Iterator[Served]:
    file = folder / "settings.toml"
    file.write_text(settings)
    command = [sys.executable, "-m", "aas_server", "--lang", language, "serve", "--data", str(folder / "data")]
    process = subprocess.Popen(
        [*command, "--settings", str(file), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=surroundings(),
    )
    with process:
        try:
            yield Served(process)
        finally:
            process.terminate()


@pytest.fixture
def secured(mosquitto: Make, tmp_path: Path) -> Any:
    secrets = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(secrets), "plant", PASSWORD], check=True)
    (tmp_path / "secured").mkdir()
    return mosquitto(f"allow_anonymous false\npassword_file {secrets}")


def tables(plain: Any, secured: Any, password: str = PASSWORD) -> str:
    return f"""
    [[brokers]]
    url = "{plain.url}"
    filters = ["line/#"]
    [[brokers]]
    url = "{secured.url}?version=5"
    filters = ["cell/+;qos=2"]
    username = "plant"
    password = "{password}"
    """


@pytest.mark.parametrize(("language", "sentence"), [("ko", "로그인을 거부했습니다"), ("en", "refused the login")])
def test_a_wrong_password_at_one_of_two_is_told(
    mosquitto: Make, secured: Any, tmp_path: Path, until: Until, surroundings: Any, language: str, sentence: str
) -> None:
    plain = mosquitto()
    with serving(tmp_path, tables(plain, secured, "wr0ng"), surroundings, language) as served:
        until(served.tells(sentence))
        until(lambda: served.health()["waiting"] == ["ingest", secured.url])
        assert not served.tells("wr0ng")()
        pages = urllib.request.Request(f"{served.url}/pages/data/feed", headers={"Accept-Language": language})
        with urllib.request.urlopen(pages) as answer:
            told = json.load(answer)["brokers"]
        assert [broker["connected"] for broker in told] == [True, False]
        assert sentence in told[1]["error"]


def test_it_is_ready_only_while_every_broker_has_granted_everything(
    mosquitto: Make, secured: Any, tmp_path: Path, until: Until, surroundings: Any
) -> None:
    plain = mosquitto()
    with serving(tmp_path, tables(plain, secured), surroundings) as served:
        until(lambda: served.health()["ready"])
        plain.publish("line/1", '{"v": 1}')
        plain.publish("other/1", '{"v": 1}')
        secured.publish("cell/1", '{"v": 2}', "-u", "plant", "-P", PASSWORD, "-q", "2")
        until(lambda: len(streams(served)) == 2)
        assert streams(served) == {"line/1": 1, "cell/1": 1}
        secured.stop()
        until(lambda: served.health()["waiting"] == ["ingest", secured.url])
        secured.start()
        until(lambda: served.health()["ready"])
        until(served.tells("모든 구독이 확인되었습니다"))


def streams(served: Served) -> dict[str, int]:
    with urllib.request.urlopen(f"{served.url}/pages/data/feed") as answer:
        return {
            stream["topic"]: stream["messages"] for stream in json.load(answer)["streams"] if stream["messages"]
        }
