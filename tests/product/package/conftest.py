"""The bench on which packaging is tried."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).parents[2] / "product" / "package" / "bench.py"


@pytest.fixture(scope="session")
def benches() -> ModuleType:
    """The module with the bench's makers."""
    spec = importlib.util.spec_from_file_location("bench_of_a_product", BENCH)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by its name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def bench(benches: ModuleType, tmp_path: Path) -> Iterator[object]:
    made = benches.Bench(tmp_path / "data")
    yield made
    made.close()
