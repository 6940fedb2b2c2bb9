"""README and docs show commands; here they run as written, in a folder made as the text says."""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aas_server.settings import Settings
from connectors.broker import EmbeddedBroker

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
ENDLESS = ("serve", "demo")


def shown() -> list[str]:
    """Every command line in a bash fence that starts with ``aas``, without its comment."""
    lines: list[str] = []
    for page in PAGES:
        for block in re.findall(r"```bash\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
            for line in block.splitlines():
                command = line.split("  #")[0].strip()
                if command.startswith("aas ") and command not in lines:
                    lines.append(command)
    return lines


@pytest.fixture(scope="module")
def place(finished, tmp_path_factory):
    """A working folder as the docs suppose it: a finished ``aas-data``, a recording, a broker on 1883."""
    folder = tmp_path_factory.mktemp("docs")
    shutil.copytree(finished.folder, folder / "aas-data")
    example = re.search(r"```toml\n(class = .*?)```", (ROOT / "docs" / "price.md").read_text("utf-8"), re.DOTALL)
    (folder / "costs.toml").write_text(example[1] if example else "", "utf-8")
    (folder / "shots.csv").write_text("time,pressure\n2026-01-01 00:00:00,1.5\n2026-01-01 00:00:01,1.6\n")
    port = 1883
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            port = 0
    with EmbeddedBroker(port or None) as broker:
        yield folder, broker.url


def test_docs_show_commands():
    assert len(shown()) >= 6


def test_the_guide_names_every_setting():
    guide = (ROOT / "docs" / "guide.md").read_text("utf-8")
    table = guide.partition("## Settings")[2].partition("## Brokers")[0]
    assert set(re.findall(r"`([a-z_]+)`", table)) >= set(Settings.model_fields)


@pytest.mark.parametrize("command", shown())
def test_a_shown_command_runs(place, command, surroundings, aas):
    folder, broker = place
    words = shlex.split(command.replace("mqtt://127.0.0.1:1883", broker))[1:]
    if words[0] in ENDLESS and "--exit" not in words:
        arguments = [sys.executable, "-W", "ignore", "-m", "aas_server", *words]
        assert _starts_and_ends(arguments, folder, surroundings()) == 0
    else:
        words, target = (words[: words.index(">")], words[-1]) if ">" in words else (words, "")
        ended = aas(*words, cwd=folder)
        assert ended.code == 0, ended.err
        if target:
            (folder / target).write_text(ended.out, "utf-8")


def _starts_and_ends(arguments: list[str], folder: Path, environment: dict[str, str]) -> int:
    """Start a command that runs on until Ctrl-C; once it says where it serves, press Ctrl-C."""
    with subprocess.Popen(arguments, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 120
        told = ""
        while "http://127.0.0.1:" not in told and time.monotonic() < deadline and process.stdout:
            told += process.stdout.readline()
        assert "http://127.0.0.1:" in told
        process.send_signal(signal.SIGINT)
        return process.wait(timeout=120)
