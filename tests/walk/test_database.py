"""A finished demo moves to PostgreSQL and back: its products, files and shells are there as before."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

SECRET = "not-to-be-seen"


@pytest.mark.long
def test_the_demo_moves_to_postgres_and_back(
    finished, aas, tmp_path: Path, new_postgres: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    shutil.copytree(finished.folder, data)
    # The server trusts everyone, whatever the password: what matters here is that nobody shows it.
    url = new_postgres().replace("//postgres:@", f"//postgres:{SECRET}@")
    product = json.loads(aas("product", "list", "--data", data, "--json").out)
    before = aas("database", "status", "--data", data, "--json").last
    assert before["engine"] == "sqlite"
    moved = aas("database", "copy", "--data", data, "--to", url)
    assert moved.code == 0, moved.err
    again = aas("database", "copy", "--data", data, "--to", url)
    assert again.code == 1
    assert "not empty" in again.err
    (data / "twin.db").rename(tmp_path / "twin.db")
    (data / "journal.db").rename(tmp_path / "journal.db")

    monkeypatch.setenv("AAS_DATABASE_URL", url)
    assert json.loads(aas("product", "list", "--data", data, "--json").out) == product
    exported = aas("product", "export", finished.result["product"], tmp_path / "moved.aasx", "--data", data)
    assert exported.code == 0, exported.err
    assert (tmp_path / "moved.aasx").stat().st_size > 10_000
    status = aas("database", "status", "--data", data)
    migrated = aas("database", "migrate", "--data", data)
    assert migrated.code == 0
    described = aas("database", "status", "--data", data, "--json").last
    assert (described["engine"], described["rows"]) == ("postgres", before["rows"])
    back = aas("database", "copy", "--data", data, "--to", tmp_path / "back")
    assert back.code == 0, back.err

    monkeypatch.delenv("AAS_DATABASE_URL")
    assert os.environ.get("AAS_DATABASE_URL") is None
    assert aas("database", "status", "--data", tmp_path / "back", "--json").last["rows"] == before["rows"]
    for ended in (moved, again, exported, status, migrated, back):
        assert SECRET not in ended.out + ended.err


@pytest.mark.parametrize(
    "target",
    [
        f"host=db user=aas password={SECRET}",
        pytest.param(f"password={SECRET}", marks=pytest.mark.long),
        pytest.param(f"Server=db;Pwd={SECRET}", marks=pytest.mark.long),
    ],
)
def test_a_connection_string_is_neither_taken_for_a_folder_nor_shown(aas, tmp_path: Path, target: str) -> None:
    package = tmp_path / "one.json"
    package.write_text('{"submodels": [{"modelType": "Submodel", "id": "urn:sm"}]}')
    assert aas("import", package, "--data", tmp_path / "data").code == 0
    ended = aas("database", "copy", "--data", tmp_path / "data", "--to", target, "--lang", "en")
    assert ended.code == 2 and "postgresql://" in ended.err
    assert SECRET not in ended.out + ended.err
    assert not Path(target).exists()


def test_a_missing_folder_is_not_made(aas, tmp_path: Path) -> None:
    for command in (["status"], ["migrate"], ["copy", "--to", tmp_path / "other"]):
        ended = aas("database", *command, "--data", tmp_path / "data")
        assert ended.code == 2
        assert str(tmp_path / "data") in ended.err
    assert not (tmp_path / "data").exists()
    assert not (tmp_path / "other").exists()


def test_a_server_outlives_its_database(
    tmp_path: Path, postgres_server: str, monkeypatch: pytest.MonkeyPatch, free_port: int
) -> None:
    psycopg = pytest.importorskip("psycopg", reason="needs psycopg (extra postgres)")
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute("CREATE DATABASE outlived")
        monkeypatch.setenv("AAS_DATABASE_URL", postgres_server.replace("/postgres?", "/outlived?"))
        command = ["serve", "--data", str(tmp_path / "data"), "--port", str(free_port), "--lang", "en"]
        with subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "aas_server", *command], stdout=subprocess.PIPE, text=True
        ) as server:
            try:
                assert server.stdout is not None
                assert server.stdout.readline().startswith("Serving")
                _until_status(free_port, 200)
                admin.execute("ALTER DATABASE outlived ALLOW_CONNECTIONS false")
                admin.execute(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'outlived'"
                )
                told = server.stdout.readline()
                while "Collecting has stopped" not in told:
                    assert told, "the server ended with its database"
                    told = server.stdout.readline()
                _until_status(free_port, 503)
                admin.execute("ALTER DATABASE outlived ALLOW_CONNECTIONS true")
                _until_status(free_port, 200)
                assert server.poll() is None
            finally:
                server.terminate()
                server.communicate(timeout=120)
        admin.execute("DROP DATABASE outlived WITH (FORCE)")
    assert server.returncode == 0


def _until_status(port: int, status: int) -> None:
    deadline = time.monotonic() + 90
    found: object = None
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v3.1/shells", timeout=60) as answer:
                found = answer.status
        except urllib.error.HTTPError as refused:
            with refused:
                found = refused.code
        if found == status:
            return
        time.sleep(0.05)
    raise AssertionError(f"{status} did not come, {found} did")
