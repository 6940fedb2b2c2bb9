"""Files wherever a document can name one, and pictures, out of a package and into the next."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.store.sqlite import open_store
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
def package(tmp_path: Path) -> Path:
    def relations(*pairs: tuple[str, str]) -> str:
        inner = "".join(
            f'<Relationship Id="r{number}" Type="{kind}" Target="/{part}"/>'
            for number, (kind, part) in enumerate(pairs)
        )
        space = "http://schemas.openxmlformats.org/package/2006/relationships"
        return f'<Relationships xmlns="{space}">{inner}</Relationships>'

    target = tmp_path / "given.aasx"
    with zipfile.ZipFile(target, "w") as made:
        origin = (f"{RELATIONS}/aasx-origin", "aasx/aasx-origin")
        made.writestr("_rels/.rels", relations(origin, (PICTURE, "front.png")))
        made.writestr("aasx/aasx-origin", "")
        made.writestr("aasx/_rels/aasx-origin.rels", relations((f"{RELATIONS}/aas-spec", "aasx/data.json")))
        made.writestr("aasx/data.json", json.dumps(environment()))
        made.writestr("front.png", b"picture")
        for name, content in (("list%20a", b"list a"), ("list%20b", b"list b"), ("entity", b"entity")):
            made.writestr(f"aasx/files/{name}.pdf", content)
        made.writestr("aasx/files/variable.pdf", b"variable")
    return target


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
