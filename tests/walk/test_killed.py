"""An import and a copy killed half-way: the store has nothing of it or all, and doing it again is right."""

from __future__ import annotations

import io
import json
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Aas = Callable[..., Any]
DEADLINE = 120.0
COUNT = 1500
"""Submodels: storing them takes a second, so that a kill comes in the middle."""
FILE = b"the last thing that is read before the transaction begins"
RELATIONS = "http://admin-shell.io/aasx/relationships"


def rels(kind: str, target: str) -> str:
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return (
        f'<Relationships xmlns="{space}"><Relationship Id="r" Type="{RELATIONS}/{kind}" Target="/{target}"/>'
        "</Relationships>"
    )


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def submodel(number: int) -> dict[str, Any]:
        elements: list[dict[str, Any]] = [
            {"modelType": "Property", "idShort": f"P{one}a", "valueType": "xs:int", "value": str(one)}
            for one in range(10)
        ]
        if number == COUNT - 1:
            file = {"modelType": "File", "idShort": "Note", "contentType": "text/plain", "value": "/aasx/n.txt"}
            elements.append(file)
        return {"modelType": "Submodel", "id": f"urn:sm:{number}", "submodelElements": elements}

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zip:
        zip.writestr("_rels/.rels", rels("aasx-origin", "aasx/aasx-origin"))
        zip.writestr("aasx/aasx-origin", "")
        zip.writestr("aasx/_rels/aasx-origin.rels", rels("aas-spec", "aasx/data.json"))
        zip.writestr("aasx/data.json", json.dumps({"submodels": [submodel(number) for number in range(COUNT)]}))
        zip.writestr("aasx/n.txt", FILE)
    path = tmp_path_factory.mktemp("package") / "big.aasx"
    path.write_bytes(made.getvalue())
    return path


@pytest.fixture
def data(aas: Aas, tmp_path: Path) -> Path:
    """A store with one submodel."""
    one = tmp_path / "one.json"
    one.write_text(json.dumps({"submodels": [{"modelType": "Submodel", "id": "urn:one"}]}))
    assert aas("import", one, "--data", tmp_path / "data").code == 0
    return tmp_path / "data"


def test_a_killed_import_leaves_nothing_or_all(aas: Aas, data: Path, package: Path) -> None:
    def writes() -> bool:
        return any(path.is_file() for path in (data / "files").rglob("*")) and locked(data / "twin.db")

    assert not any(path.is_file() for path in (data / "files").rglob("*"))
    killed_when(writes, "import", package, "--data", data)
    found = documents(aas, data)
    assert found in (1, 1 + COUNT)
    again = json.loads(aas("import", package, "--data", data, "--json").out)
    outcomes = {one["outcome"] for one in again[0]["documents"]}
    assert outcomes == {"created" if found == 1 else "same"} and again[0]["files"] == 1
    assert documents(aas, data) == 1 + COUNT
    third = json.loads(aas("import", package, "--data", data, "--json").out)
    assert {one["outcome"] for one in third[0]["documents"]} == {"same"}


@pytest.mark.long
def test_a_killed_copy_is_not_taken_for_whole(aas: Aas, data: Path, package: Path, tmp_path: Path) -> None:
    assert aas("import", package, "--data", data).code == 0
    target = tmp_path / "target"
    killed_when(lambda: begun(target / "twin.db"), "database", "copy", "--data", data, "--to", target)
    for command in (["export", "-o", tmp_path / "all.json"], ["import", package], ["database", "status"]):
        ended = aas(*command, "--data", target, "--lang", "en")
        assert "has not come to its end. Run aas database copy again" in ended.out + ended.err
        assert ended.code == (0 if command[0] == "database" else 1)
    again = aas("database", "copy", "--data", data, "--to", target)
    assert again.code == 0, again.err
    assert rows(aas, target) == rows(aas, data)


def killed_when(condition: Callable[[], bool], *arguments: object) -> None:
    """Run ``aas …`` and end it by ``SIGKILL`` as soon as a condition holds."""
    command = [sys.executable, "-W", "ignore", "-m", "aas_server", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + DEADLINE
        while not condition():
            assert process.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < deadline
        process.kill()
    assert process.returncode == -9


def locked(file: Path) -> bool:
    """Whether a transaction that writes is open in another process."""
    connection = sqlite3.connect(file, timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return True
    finally:
        connection.close()
    return False


def begun(file: Path) -> bool:
    """Whether the copy has said in its target that it is under way."""
    if not file.exists():
        return False
    connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=0)
    try:
        return bool(connection.execute("SELECT 1 FROM progress WHERE name = 'copy'").fetchall())
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()


def rows(aas: Aas, data: Path) -> dict[str, int]:
    found: dict[str, int] = aas("database", "status", "--data", data, "--json").last["rows"]
    return found


def documents(aas: Aas, data: Path) -> int:
    return rows(aas, data)["document"]
