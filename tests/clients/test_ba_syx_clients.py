"""The generated ``ba-syx-*`` clients. They need an httpx that is too old to stand beside the others, so they are
installed into a folder of their own and run as a program of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PINNED = HERE / "ba-syx.lock"
ENVIRONMENT = "ba_syx_aas_environment_component_client"


@pytest.fixture(scope="session")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ba-syx")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), "--no-deps"]
    done = subprocess.run([*command, "-r", str(PINNED)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"pip can't install the ba-syx clients here: {done.stderr.strip().splitlines()[-1:]}")
    return folder


@pytest.mark.parametrize(
    ("shells", "submodels"),
    [("ba_syx_aas_repository_client", "ba_syx_submodel_repository_client"), (ENVIRONMENT, ENVIRONMENT)],
)
def test_a_round(shells: str, submodels: str, base: str, libraries: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(HERE / "ba_syx_round.py"), base, shells, submodels],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(libraries), "PYTHONDONTWRITEBYTECODE": "1"},
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
