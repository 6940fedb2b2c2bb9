from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aas_test_engines.file import check_aasx_file
from basyx.aas import model
from basyx.aas.adapter.aasx import AASXReader, DictSupplementaryFileContainer

from aas_server.settings import Settings
from aas_server.store.contract import LiveValue, Store
from aas_server.store.sqlite import open_store
from aas_server.twin.live import Overlay
from aas_server.twin.metamodel import decode, verified
from aas_server.twin.package import check, export, export_content, gather, import_file
from aas_server.twin.repository import Attachment, Bundle, Repository

PICTURE = b"\x89PNG picture"
Run = Callable[..., Any]


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
def filled(
    repository: Repository, store: Store, run: Run, shell: dict[str, Any], rich: dict[str, Any]
) -> Repository:
    """A shell with thumbnail, two submodels that name different files alike, and a concept description."""
    shell["assetInformation"]["defaultThumbnail"] = {
        "path": "/aasx/files/%EB%8C%80%ED%91%9C.png",
        "contentType": "image/png",
    }
    second = {"type": "ModelReference", "keys": [{"type": "Submodel", "value": "urn:sm:2"}]}
    shell["submodels"].append(second)
    shell["submodels"].append({"type": "ModelReference", "keys": [{"type": "Submodel", "value": "urn:elsewhere"}]})
    meaning = {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": "urn:cd:1"}]}
    rich["submodelElements"][0]["semanticId"] = meaning
    documents = [
        ("shell", shell),
        ("submodel", rich),
        ("submodel", rich | {"id": "urn:sm:2", "idShort": "Second"}),
        ("concept-description", {"modelType": "ConceptDescription", "id": "urn:cd:1", "idShort": "SpeedConcept"}),
    ]
    checked = [verified(kind, decode(msgspec.json.encode(one))) for kind, one in documents]  # type: ignore[arg-type]
    files = [
        Attachment("urn:aas:1", "thumbnail", "image/png", store.files.add(PICTURE)),
        Attachment("urn:sm:1", "Manual", "text/plain", store.files.add(b"first")),
        Attachment("urn:sm:2", "Manual", "text/plain", store.files.add(b"second")),
    ]
    run(repository.put_all(Bundle(checked, files)))
    return repository


def exported(filled: Repository, run: Run, target: Path, metamodel: str, form: str) -> Path:
    run(export(filled, Overlay(filled.store), ["urn:aas:1"], target, metamodel, form))  # type: ignore[arg-type]
    return target


@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize("metamodel", ["3.0", "3.1"])
def test_a_package_brings_everything_into_another_store(
    filled: Repository, run: Run, tmp_path: Path, settings: Settings, metamodel: str, form: str
) -> None:
    package = exported(filled, run, tmp_path / "out" / "a.aasx", metamodel, form)
    other = open_store(tmp_path / "other")
    repository = Repository(other)
    report = run(import_file(repository, other.files, package, settings))
    assert (report.created, report.files, report.missing) == (4, 3, ())
    for owner, path, content in (
        ("urn:aas:1", "thumbnail", PICTURE),
        ("urn:sm:1", "Manual", b"first"),
        ("urn:sm:2", "Manual", b"second"),
    ):
        _, digest = run(repository.attachment(owner, path))
        assert other.files.path(digest).read_bytes() == content
    for kind, id in (("shell", "urn:aas:1"), ("submodel", "urn:sm:1"), ("concept-description", "urn:cd:1")):
        assert run(repository.get(kind, id)).body == run(filled.get(kind, id)).body  # type: ignore[arg-type]
    changes = len(run(other.documents.changes(0, 100)))
    again = run(import_file(repository, other.files, package, settings))
    assert (again.created, again.updated, again.same) == (0, 0, 4)
    assert len(run(other.documents.changes(0, 100))) == changes
    other.close()


@pytest.mark.parametrize("metamodel", ["3.0", "3.1"])
def test_line_ends_come_back_as_they_were(
    repository: Repository, run: Run, tmp_path: Path, settings: Settings, metamodel: str
) -> None:
    value = {"modelType": "Property", "idShort": "Note", "valueType": "xs:string", "value": "a\r\nb\rc\nd\te"}
    submodel = {"modelType": "Submodel", "id": "urn:sm:lines", "submodelElements": [value]}
    run(repository.put_all(Bundle([verified("submodel", decode(msgspec.json.encode(submodel)))], [])))
    package, overlay = tmp_path / "a.aasx", Overlay(repository.store)
    content = run(gather(repository, overlay, [], ["urn:sm:lines"]))
    run(export_content(repository, overlay, content, package, metamodel, "xml"))  # type: ignore[arg-type]
    other = open_store(tmp_path / "other")
    run(import_file(Repository(other), other.files, package, settings))
    assert msgspec.json.decode(run(other.documents.get("submodel", "urn:sm:lines")).body) == submodel


def test_the_same_content_gives_the_same_bytes(filled: Repository, run: Run, tmp_path: Path) -> None:
    first = exported(filled, run, tmp_path / "a.aasx", "3.0", "xml").read_bytes()
    assert exported(filled, run, tmp_path / "b.aasx", "3.0", "xml").read_bytes() == first
    with zipfile.ZipFile(tmp_path / "a.aasx") as package:
        files = [one for one in package.infolist() if one.filename.startswith("aasx/files/")]
        stored = {one.filename for one in files if one.compress_type == zipfile.ZIP_STORED}
        assert len(files) == 3 and stored == {"aasx/files/%EB%8C%80%ED%91%9C.png"}
        assert package.testzip() is None
    assert list(tmp_path.glob(".export-*")) == []


@pytest.mark.parametrize("form", ["xml", "json"])
def test_a_3_0_package_passes_the_public_engine(filled: Repository, run: Run, tmp_path: Path, form: str) -> None:
    with exported(filled, run, tmp_path / "a.aasx", "3.0", form).open("rb") as stream:
        verdict = check_aasx_file(stream)  # type: ignore[arg-type]
    assert verdict.ok(), verdict.to_lines() if hasattr(verdict, "to_lines") else verdict


@pytest.mark.parametrize("form", ["xml", "json"])
def test_a_3_1_package_loads_strictly_in_the_basyx_sdk(
    filled: Repository, run: Run, tmp_path: Path, form: str
) -> None:
    package = exported(filled, run, tmp_path / "a.aasx", "3.1", form)
    objects, files = model.DictIdentifiableStore(), DictSupplementaryFileContainer()
    with AASXReader(str(package), failsafe=False) as reader:
        assert len(reader.read_into(objects, files)) == 4
        assert reader.get_thumbnail() is not None
    assert len(list(files)) == 3


@pytest.mark.parametrize("metamodel", ["3.0", "3.1"])
def test_our_own_check_finds_nothing(
    filled: Repository, run: Run, tmp_path: Path, settings: Settings, metamodel: str
) -> None:
    findings = check(exported(filled, run, tmp_path / "a.aasx", metamodel, "xml"), settings)
    assert list(findings) == []
    assert (findings.shells, findings.submodels, findings.concept_descriptions) == (1, 2, 1)


def test_an_export_shows_the_last_reading(
    filled: Repository, store: Store, run: Run, tmp_path: Path, settings: Settings
) -> None:
    store.catalogue.put("binding", "urn:sm:1", b'{"Speed":["press","speed"]}')
    store.live.put("press", {"speed": LiveValue(42, 1)})
    package = exported(filled, run, tmp_path / "a.aasx", "3.0", "json")
    with zipfile.ZipFile(package) as opened:
        data = msgspec.json.decode(opened.read("aasx/data.json"))
    assert data["submodels"][0]["submodelElements"][0]["value"] == "42"
