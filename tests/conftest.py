"""What the walks share: commands run as a user runs them, in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"


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
def aas() -> Callable[..., Ended]:
    """Run ``aas …`` to its end."""

    def run(*arguments: object, timeout: float = 240) -> Ended:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "aas_server", *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=timeout,
            env={**os.environ, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"},
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
