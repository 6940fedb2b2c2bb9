"""A disk without room: what needs it says so, and nothing half-written stays."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Aas = Callable[..., Any]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a small disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_every_command_says_that_the_disk_is_full(aas: Aas, small_disk: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    package = tmp_path / "one.json"
    package.write_text(json.dumps({"submodels": [{"modelType": "Submodel", "id": "urn:sm"}]}))
    assert aas("import", package, "--data", data).code == 0
    shutil.copytree(data, small_disk / "data")
    with (small_disk / "fill").open("wb", buffering=0) as stream, pytest.raises(OSError, match="space"):
        while True:
            stream.write(bytes(4096))
    there = sorted(small_disk.iterdir())
    for command in (
        ["database", "status", "--data", small_disk / "data"],
        ["import", package, "--data", small_disk / "data"],
        ["export", "-o", small_disk / "all.aasx", "--data", data],
        ["export", "-o", small_disk / "all.json", "--data", data],
    ):
        ended = aas(*command, "--lang", "en")
        assert ended.code == 3 and "The disk is full" in ended.err
        assert "message" not in ended.err
    assert sorted(small_disk.iterdir()) == there
