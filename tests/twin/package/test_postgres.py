"""Packages in PostgreSQL: conflicts within one transaction, and the packages of a shell in order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aas_server.settings import Settings
from aas_server.store import postgres
from aas_server.store.contract import Store
from aas_server.twin.live import Overlay
from aas_server.twin.package import export_content, gather_all, import_file
from aas_server.twin.packages import Packages
from aas_server.twin.repository import Repository

Run = Callable[..., Any]


@pytest.fixture
def shared(new_postgres: Callable[[], str], tmp_path: Path) -> Iterator[Store]:
    opened = postgres.open_store(tmp_path / "shared", new_postgres())
    yield opened
    opened.close()


@pytest.fixture
def take(shared: Store, run: Run, tmp_path: Path) -> Callable[..., Any]:
    def work(name: str, value: str) -> Any:
        reference = {"type": "ModelReference", "keys": [{"type": "Submodel", "value": "urn:sm"}]}
        shell = {
            "modelType": "AssetAdministrationShell",
            "id": f"urn:aas:{name}",
            "assetInformation": {"assetKind": "Instance", "globalAssetId": f"urn:{name}"},
            "submodels": [reference],
        }
        speed = {"modelType": "Property", "idShort": "Speed", "valueType": "xs:int", "value": value}
        submodel = {"modelType": "Submodel", "id": "urn:sm", "submodelElements": [speed]}
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps({"assetAdministrationShells": [shell], "submodels": [submodel]}))
        return run(import_file(Repository(shared), shared.files, path, Settings()))

    return work


def test_machines_stand_beside_each_other(
    take: Callable[..., Any], shared: Store, run: Run, tmp_path: Path
) -> None:
    take("a", "1")
    assert take("b", "2").kept_both == 1
    assert take("a", "1").same == take("b", "2").same == 2
    here = (Repository(shared), Overlay(shared))
    run(export_content(*here, run(gather_all(*here)), tmp_path / "all.aasx"))
    assert run(import_file(here[0], shared.files, tmp_path / "all.aasx", Settings())).same == 4


def test_packages_of_a_shell_come_in_order(shared: Store, tmp_path: Path) -> None:
    """In order of code points, whatever the database's language."""
    packages, source = Packages(shared), tmp_path / "p.aasx"
    source.write_bytes(b"bytes")
    for id in ("b", "A", "a", "B", "한"):
        packages.put(id, ["urn:aas:1", "urn:aas:10"], "p.aasx", source)
    found: list[str] = []
    page = packages.page(2, None, "urn:aas:1")
    while True:
        found += [one.id for one in page.packages]
        if page.cursor is None:
            break
        page = packages.page(2, page.cursor, "urn:aas:1")
    assert found == ["A", "B", "a", "b", "한"]
