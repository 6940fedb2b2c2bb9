"""Every package of the field in one store: each shell shows what it shows in a store of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aas_server.errors import NotFound
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.store.sqlite import open_store
from aas_server.twin.live import Overlay
from aas_server.twin.package import export_content, gather_all, import_file
from aas_server.twin.package.environment.writing import Form, Metamodel
from aas_server.twin.repository import Repository

SHARED = Path(__file__).parents[4] / "shared"
Run = Callable[..., Any]


def properties(repository: Repository, run: Run, shell: str) -> list[str]:
    """Every value below a shell, as a reader finds it."""

    def below(value: Any) -> list[str]:
        if isinstance(value, list):
            return [text for part in value for text in below(part)]
        if not isinstance(value, dict):
            return []
        own = [f"{value.get('idShort')}={value['value']}"] if isinstance(value.get("value"), str) else []
        return own + [text for part in value.values() for text in below(part)]

    found: list[str] = []
    for one in json.loads(run(repository.get("shell", shell)).body).get("submodels", ()):
        try:
            found += below(json.loads(run(repository.get("submodel", one["keys"][0]["value"])).body))
        except NotFound:
            found.append("missing " + one["keys"][0]["value"])
    return sorted(found)


@pytest.mark.shared
def test_every_machine_of_the_field_shows_its_own_values(
    repository: Repository, store: Store, run: Run, tmp_path: Path
) -> None:
    """All packages in one store show what each shows in a store of its own."""

    packages = sorted((SHARED / "kosmo").glob("*.aasx"))
    if not packages:
        pytest.skip("the packages lie in ../shared")
    reports = [run(import_file(repository, store.files, one, Settings())) for one in packages]
    for number, (package, report) in enumerate(zip(packages, reports, strict=True)):
        alone = open_store(tmp_path / str(number))
        own = Repository(alone)
        by_itself = run(import_file(own, alone.files, package, Settings()))
        for one, single in zip(report.documents, by_itself.documents, strict=True):
            if one.kind == "shell":
                assert properties(repository, run, one.id) == properties(own, run, single.id), package.name
        alone.close()
    before = len(run(store.documents.changes(0, 100_000)))
    for package in packages:
        again = run(import_file(repository, store.files, package, Settings()))
        assert again.same == len(again.documents), package.name
    assert len(run(store.documents.changes(0, 100_000))) == before


@pytest.mark.shared
@pytest.mark.parametrize("metamodel", ["3.0", "3.1"])
@pytest.mark.parametrize("form", ["xml", "json"])
def test_what_the_field_sends_goes_out_and_comes_back_the_same(
    repository: Repository, store: Store, run: Run, tmp_path: Path, metamodel: Metamodel, form: Form
) -> None:
    packages = sorted((SHARED / "kosmo").glob("*.aasx"))
    if not packages:
        pytest.skip("the packages lie in ../shared")
    for package in packages:
        run(import_file(repository, store.files, package, Settings()))
    target = tmp_path / "all.aasx"
    here = (repository, Overlay(store))
    run(export_content(*here, run(gather_all(*here)), target, metamodel, form))
    report = run(import_file(repository, store.files, target, Settings()))
    assert report.same == len(report.documents) > 1000
    assert report.repairs == () and report.findings == ()
