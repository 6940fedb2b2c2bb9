"""The bench on which packaging is tried."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def bench(benches: ModuleType, tmp_path: Path) -> Iterator[object]:
    made = benches.Bench(tmp_path / "data")
    yield made
    made.close()
