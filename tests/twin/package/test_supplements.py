"""Files wherever a document can name one, and pictures, out of a package and into the next."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aas_server.errors import BadInput
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.store.sqlite import open_store
from aas_server.twin.editing.submodels import Submodels
from aas_server.twin.live import Overlay
from aas_server.twin.package import export_content, gather_all, import_file
from aas_server.twin.repository import Repository

Run = Callable[..., Any]
RELATIONS = "http://admin-shell.io/aasx/relationships"
PICTURE = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail"


def file(value: str, **more: str) -> dict[str, Any]:
    return {"modelType": "File", "contentType": "application/pdf", "value": value} | more


def environment() -> dict[str, Any]:
    files = {
        "modelType": "SubmodelElementList",
        "idShort": "Files",
        "typeValueListElement": "File",
        "value": [file("/aasx/files/list%20a.pdf"), file("/aasx/files/list b.pdf")],
    }
    within = {"modelType": "SubmodelElementCollection", "idShort": "Inner", "value": [files]}
    part = {
        "modelType": "Entity",
        "idShort": "Part",
        "entityType": "CoManagedEntity",
        "statements": [within, file("/aasx/files/entity.pdf", idShort="Own")],
    }
    variable = {"value": file("/aasx/files/variable.pdf", idShort="Recipe")}
    operation = {"modelType": "Operation", "idShort": "Start", "inputVariables": [variable]}
    outside = file("https://example.org/far.pdf", idShort="Far")
    shell = {
        "modelType": "AssetAdministrationShell",
        "id": "urn:aas",
        "assetInformation": {"assetKind": "Instance", "globalAssetId": "urn:a"},
    }
    submodel = {"modelType": "Submodel", "id": "urn:sm", "submodelElements": [part, operation, outside]}
    return {"assetAdministrationShells": [shell], "submodels": [submodel]}


WANTED = {
    "Part.Inner.Files[0]": b"list a",
    "Part.Inner.Files[1]": b"list b",
    "Part.Own": b"entity",
    "Start.inputVariables[0]": b"variable",
}


@pytest.fixture
def pack(tmp_path: Path) -> Callable[..., Path]:
    """A package with a picture, of an environment and files by their names."""

    def relations(*pairs: tuple[str, str]) -> str:
        inner = "".join(
            f'<Relationship Id="r{number}" Type="{kind}" Target="/{part}"/>'
            for number, (kind, part) in enumerate(pairs)
        )
        space = "http://schemas.openxmlformats.org/package/2006/relationships"
        return f'<Relationships xmlns="{space}">{inner}</Relationships>'

    def make(environment: dict[str, Any], files: dict[str, bytes], spec: bool = True) -> Path:
        target = tmp_path / "given.aasx"
        with zipfile.ZipFile(target, "w") as made:
            origin = (f"{RELATIONS}/aasx-origin", "aasx/aasx-origin")
            made.writestr("_rels/.rels", relations(origin, (PICTURE, "front.png")))
            made.writestr("aasx/aasx-origin", "")
            if spec:
                to_spec = relations((f"{RELATIONS}/aas-spec", "aasx/data.json"))
                made.writestr("aasx/_rels/aasx-origin.rels", to_spec)
            made.writestr("aasx/data.json", json.dumps(environment))
            made.writestr("front.png", b"picture")
            for name, content in files.items():
                made.writestr(name, content)
        return target

    return make


@pytest.fixture
def package(pack: Callable[..., Path]) -> Path:
    files = {"list%20a": b"list a", "list%20b": b"list b", "entity": b"entity", "variable": b"variable"}
    return pack(environment(), {f"aasx/files/{name}.pdf": content for name, content in files.items()})


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "other")
    yield opened
    opened.close()


def contents(store: Store, run: Run, owner: str) -> dict[str, bytes]:
    found = run(store.documents.attachments(owner))
    return {path: store.files.path(digest).read_bytes() for path, (_, digest) in found.items()}


@pytest.mark.parametrize("metamodel", ["3.0", "3.1"])
def test_every_file_comes_along(
    package: Path, repository: Repository, store: Store, other: Store, run: Run, tmp_path: Path, metamodel: Any
) -> None:
    report = run(import_file(repository, store.files, package, Settings()))
    assert report.files == 5 and report.missing == ()
    assert contents(store, run, "urn:sm") == WANTED
    here = (repository, Overlay(store))
    run(export_content(*here, run(gather_all(*here)), tmp_path / "out.aasx", metamodel, "xml"))
    again = run(import_file(Repository(other), other.files, tmp_path / "out.aasx", Settings()))
    assert again.files == 5 and contents(other, run, "urn:sm") == WANTED
    assert run(import_file(repository, store.files, tmp_path / "out.aasx", Settings())).same == 2


def test_the_picture_of_a_package_becomes_that_of_its_shell(
    package: Path, repository: Repository, store: Store, run: Run, tmp_path: Path
) -> None:
    run(import_file(repository, store.files, package, Settings()))
    assert contents(store, run, "urn:aas") == {"thumbnail": b"picture"}
    shell = json.loads(run(repository.get("shell", "urn:aas")).body)
    assert shell["assetInformation"]["defaultThumbnail"]["contentType"] == "image/png"
    here = (repository, Overlay(store))
    run(export_content(*here, run(gather_all(*here)), tmp_path / "out.aasx"))
    with zipfile.ZipFile(tmp_path / "out.aasx") as written:
        assert b"metadata/thumbnail" in written.read("_rels/.rels")
        assert written.read("front.png") == b"picture"


def test_a_file_never_takes_the_place_of_a_part_of_the_package(
    repository: Repository, store: Store, run: Run, tmp_path: Path
) -> None:
    """Names of the field: another case, the spec's own name, a relationship's folder, a way out."""
    names = ["/aasx/data.xml", "/aasx/files/A.pdf", "/aasx/files/a.pdf", "/_rels/.rels", "../../evil", "/x/"]
    elements = [file(name, idShort=f"F{number}") for number, name in enumerate(names)]
    body = json.dumps({"modelType": "Submodel", "id": "urn:n", "submodelElements": elements})
    run(repository.put("submodel", body.encode()))

    async def attach() -> None:
        async with repository.write() as transaction:
            for number in range(len(names)):
                digest = store.files.add(f"content {number}".encode())
                await transaction.attach("urn:n", f"F{number}", "application/pdf", digest)

    run(attach())
    here = (repository, Overlay(store))
    run(export_content(*here, run(gather_all(*here)), tmp_path / "out.aasx"))
    with zipfile.ZipFile(tmp_path / "out.aasx") as written:
        folded = [name.lower() for name in written.namelist()]
        assert len(set(folded)) == len(folded) and not any(".." in name for name in folded)
    other = open_store(tmp_path / "other")
    run(import_file(Repository(other), other.files, tmp_path / "out.aasx", Settings()))
    assert contents(other, run, "urn:n") == {f"F{number}": f"content {number}".encode() for number in range(6)}
    other.close()


def test_a_relative_path_also_starts_where_the_environment_lies(
    pack: Callable[..., Path], repository: Repository, store: Store, run: Run
) -> None:
    elements = [file("files/rel.txt", idShort="Near"), file("top.txt", idShort="Top")]
    given = {"submodels": [{"modelType": "Submodel", "id": "urn:sm", "submodelElements": elements}]}
    files = {"aasx/files/rel.txt": b"near", "top.txt": b"top", "aasx/top.txt": b"other"}
    report = run(import_file(repository, store.files, pack(given, files), Settings()))
    kept = contents(store, run, "urn:sm")
    assert report.missing == () and (kept["Near"], kept["Top"]) == (b"near", b"top")
    assert {one.path for one in report.findings} == {"front.png", "aasx/top.txt"}


def test_files_that_no_element_names_stay_with_the_shell(
    pack: Callable[..., Path], repository: Repository, store: Store, other: Store, run: Run, tmp_path: Path
) -> None:
    """A note, and the picture of a package whose shell has one of its own; another package of the shell has
    another note."""
    given = environment()
    given["submodels"] = []
    own = {"path": "/own.png", "contentType": "image/png"}
    given["assetAdministrationShells"][0]["assetInformation"]["defaultThumbnail"] = own
    note, plan = "aasx/suppl/note.txt", "aasx/suppl/plan.pdf"
    report = run(import_file(repository, store.files, pack(given, {note: b"one", "own.png": b"own"}), Settings()))
    assert report.files == 3 and report.repairs == ()
    said = {one.path: one.key for one in report.findings}
    assert said == {"front.png": "finding-part-unnamed", note: "finding-part-unnamed"}
    second = pack(given, {note: b"two", plan: b"plan", "own.png": b"own"})
    assert [one.outcome for one in run(import_file(repository, store.files, second, Settings())).documents] == [
        "updated"
    ]
    assert run(import_file(repository, store.files, second, Settings())).same == 1
    here = (repository, Overlay(store))
    run(export_content(*here, run(gather_all(*here)), tmp_path / "out.aasx"))
    with zipfile.ZipFile(tmp_path / "out.aasx") as written:
        found = {name: written.read(name) for name in written.namelist()}
    assert found["front.png"] == b"picture" and found["own.png"] == b"own" and found[plan] == b"plan"
    notes = [content for name, content in found.items() if name.endswith("/note.txt")]
    assert sorted(notes) == [b"one", b"two"]
    again = run(import_file(Repository(other), other.files, tmp_path / "out.aasx", Settings()))
    assert again.files == 5 and set(contents(other, run, "urn:aas").values()) == set(
        contents(store, run, "urn:aas").values()
    )


def test_without_a_shell_they_stay_with_a_submodel_through_edits(
    pack: Callable[..., Path], repository: Repository, store: Store, run: Run
) -> None:
    given = {"submodels": [{"modelType": "Submodel", "id": "urn:sm"}]}
    report = run(import_file(repository, store.files, pack(given, {}), Settings()))
    assert [(one.path, one.key) for one in report.findings] == [("front.png", "finding-part-unnamed")]
    elements = [{"modelType": "Property", "idShort": "New", "valueType": "xs:int"}]
    body = json.dumps(given["submodels"][0] | {"submodelElements": elements}).encode()
    run(Submodels(repository, 400).replace("urn:sm", body, lambda id, before: None))
    assert list(contents(store, run, "urn:sm").values()) == [b"picture"]


def test_a_file_without_a_document_to_keep_it_with_is_reported(
    pack: Callable[..., Path], repository: Repository, store: Store, run: Run
) -> None:
    given = {"conceptDescriptions": [{"modelType": "ConceptDescription", "id": "urn:cd"}]}
    report = run(import_file(repository, store.files, pack(given, {}), Settings()))
    assert [(one.path, one.key) for one in report.findings] == [("front.png", "finding-part-unkept")]


def test_an_environment_that_no_relationship_leads_to_is_read(
    pack: Callable[..., Path], repository: Repository, store: Store, run: Run
) -> None:
    given = {"submodels": [{"modelType": "Submodel", "id": "urn:sm"}]}
    report = run(import_file(repository, store.files, pack(given, {"a/b.xml": b"<x/>"}, spec=False), Settings()))
    assert report.created == 1
    assert [(one.path, one.key) for one in report.repairs] == [("aasx/data.json", "repair-unrelated")]


def test_a_package_without_environment_is_refused(
    pack: Callable[..., Path], repository: Repository, store: Store, run: Run
) -> None:
    with pytest.raises(BadInput) as raised:
        run(import_file(repository, store.files, pack({}, {}, spec=False), Settings()))
    assert raised.value.key == "package-no-environment"
