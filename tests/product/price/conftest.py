"""Cost files of tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Written = Callable[[str], Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Puts a cost file down."""

    def put(content: str) -> Path:
        file = tmp_path / "costs.toml"
        file.write_text(content, "utf-8")
        return file

    return put
