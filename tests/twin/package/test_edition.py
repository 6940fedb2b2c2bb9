"""What metamodel 3.1 can say and 3.0 can't, in a package of 3.0 and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aas_test_engines.file import check_aasx_file

from aas_server.errors import BadInput
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.store.sqlite import open_store
from aas_server.twin.live import Overlay
from aas_server.twin.package import export_content, export_environment, gather_all, import_file
from aas_server.twin.repository import Repository

TEMPLATES = sorted((Path(__file__).parents[4] / "shared" / "aas" / "idta-templates").glob("*.json"))
Run = Callable[..., Any]
Put = Callable[..., Any]


def exported(repository: Repository, run: Run, target: Path) -> Path:
    here = (repository, Overlay(repository.store))
    run(export_content(*here, run(gather_all(*here)), target, "3.0", "json"))
    return target


@pytest.fixture
def newest(put: Put) -> None:
    """Hyphens in idShorts and in references to them, named children of a list, open content, entity and value
    types, a category of one's own; and an operation with a file in its variable."""
    speed = {"modelType": "Property", "idShort": "Max-Speed", "valueType": "xs:int", "category": "MEASURED"}
    keys = [{"type": "Submodel", "value": "urn:sm:new"}, {"type": "Property", "value": "Max-Speed"}]
    file = {"modelType": "File", "idShort": "In-File", "value": "https://example.org/a-b.pdf"}
    elements = [
        speed,
        {"modelType": "ReferenceElement", "idShort": "Ref", "value": {"type": "ModelReference", "keys": keys}},
        {
            "modelType": "SubmodelElementList",
            "idShort": "Axes",
            "typeValueListElement": "Property",
            "valueTypeListElement": "xs:int",
            "value": [speed, speed | {"idShort": "Plain"}],
        },
        {"modelType": "SubmodelElementList", "idShort": "Range", "typeValueListElement": "Property"},
        {"modelType": "Entity", "idShort": "Part", "statements": [speed | {"idShort": "In_side"}]},
        {"modelType": "Operation", "idShort": "Go", "inputVariables": [{"value": file}]},
    ]
    put(
        "submodel",
        {"modelType": "Submodel", "id": "urn:sm:new", "idShort": "New-One", "submodelElements": elements},
    )


def test_it_comes_back_as_it_was(newest: None, repository: Repository, run: Run, tmp_path: Path) -> None:
    package = exported(repository, run, tmp_path / "a.aasx")
    other = open_store(tmp_path / "other")
    report = run(import_file(Repository(other), other.files, package, Settings()))
    assert report.repairs == () and report.created == 1
    stored = run(other.documents.get("submodel", "urn:sm:new")).body
    assert json.loads(stored) == json.loads(run(repository.get("submodel", "urn:sm:new")).body)
    other.close()


@pytest.mark.shared
@pytest.mark.skipif(not TEMPLATES, reason="the templates lie in ../shared")
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_official_templates_come_back_from_3_0(
    repository: Repository, store: Store, run: Run, tmp_path: Path, template: Path
) -> None:
    run(import_file(repository, store.files, template, Settings()))
    here = (repository, Overlay(store))
    run(export_environment(*here, run(gather_all(*here)), tmp_path / "a.json", "3.0", "json"))
    for written in (exported(repository, run, tmp_path / "a.aasx"), tmp_path / "a.json"):
        report = run(import_file(repository, store.files, written, Settings()))
        assert report.repairs == () and {one.outcome for one in report.documents} == {"same"}


def test_others_can_read_it_as_3_0(newest: None, repository: Repository, run: Run, tmp_path: Path) -> None:
    with exported(repository, run, tmp_path / "a.aasx").open("rb") as stream:
        verdict = check_aasx_file(stream)  # type: ignore[arg-type]
    assert verdict.ok(), verdict.to_lines()


def test_what_others_have_renamed_stays_renamed(
    newest: None, repository: Repository, store: Store, run: Run, tmp_path: Path
) -> None:
    here = (repository, Overlay(store))
    target = tmp_path / "a.json"
    run(export_environment(*here, run(gather_all(*here)), target, "3.0", "json"))
    target.write_text(target.read_text().replace('"idShort":"New_x2D_One"', '"idShort":"Renamed"'))
    run(import_file(repository, store.files, target, Settings(), on_conflict="replace"))
    found = json.loads(run(repository.get("submodel", "urn:sm:new")).body)
    assert found["idShort"] == "Renamed" and found["submodelElements"][0]["idShort"] == "Max-Speed"


@pytest.mark.parametrize(
    ("kind", "document", "place"),
    [
        (
            "submodel",
            {
                "modelType": "Submodel",
                "id": "urn:sm:r",
                "submodelElements": [{"modelType": "RelationshipElement", "idShort": "Rel"}],
            },
            "submodel urn:sm:r submodelElements[0]",
        ),
        (
            "shell",
            {
                "modelType": "AssetAdministrationShell",
                "id": "urn:aas:r",
                "assetInformation": {"assetKind": "Role", "globalAssetId": "urn:r"},
            },
            "shell urn:aas:r assetInformation.assetKind",
        ),
    ],
)
def test_what_has_no_place_in_3_0_is_refused_with_its_path(
    put: Put, repository: Repository, run: Run, tmp_path: Path, kind: str, document: dict[str, Any], place: str
) -> None:
    put(kind, document)
    with pytest.raises(BadInput) as raised:
        exported(repository, run, tmp_path / "a.aasx")
    assert raised.value.key == "export-invalid" and raised.value.values["path"] == place
    assert list(tmp_path.glob("*.aasx")) == [] and list(tmp_path.glob(".export-*")) == []
