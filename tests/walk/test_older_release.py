"""A folder whose release an earlier version made: what is new in a release is there once it is built again."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aas_server.product import record
from aas_server.store.sqlite import open_store

PRODUCT = "injection-cell-1"


@pytest.mark.long
def test_a_release_without_rules_for_raw_records_is_made_anew(finished: Any, aas: Any, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(finished.folder, folder)
    store = open_store(folder)
    try:
        made = record.release(store, f"{PRODUCT}-r1")
        assert made.prepared.row_cleaning is not None
        record.put_release(store, replace(made, prepared=replace(made.prepared, row_cleaning=None)))
    finally:
        store.close()
    for _ in range(2):
        ended = aas("product", "build", PRODUCT, "--data", folder, "--json")
        assert ended.code == 0 and ended.last["release"] == f"{PRODUCT}-r2", ended.err
