"""Ids that are taken: packages beside each other, and what a second import makes of the first."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aas_server.errors import BadInput, Conflict
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.twin.live import Overlay
from aas_server.twin.package import Report, export, export_content, gather_all, import_file
from aas_server.twin.repository import Repository

Run = Callable[..., Any]
Take = Callable[..., Report]
Read = Callable[..., dict[str, Any]]


@pytest.fixture
def take(repository: Repository, store: Store, run: Run, tmp_path: Path) -> Take:
    def work(environment: dict[str, Any], **how: Any) -> Any:
        path = tmp_path / "package.json"
        path.write_text(json.dumps(environment))
        return run(import_file(repository, store.files, path, Settings(), **how))

    return work


@pytest.fixture
def read(repository: Repository, run: Run) -> Read:
    return lambda kind, id: json.loads(run(repository.get(kind, id)).body)


def changes(store: Store, run: Run) -> int:
    return len(run(store.documents.changes(0, 10_000)))


def reference(id: str, type: str = "Submodel") -> dict[str, Any]:
    return {"type": "ModelReference", "keys": [{"type": type, "value": id}]}


def machine(name: str, value: str, **more: Any) -> dict[str, Any]:
    """A package as plants make them: its own shell, and submodels whose ids every machine bears."""
    shell = {
        "modelType": "AssetAdministrationShell",
        "id": f"https://x/ids/aas/{name}",
        "assetInformation": {"assetKind": "Instance", "globalAssetId": f"urn:{name}"},
        "submodels": [reference("urn:sm:data"), reference("urn:sm:links")],
    }
    speed = {"modelType": "Property", "idShort": "Speed", "valueType": "xs:double", "value": value}
    to_data = {"modelType": "ReferenceElement", "idShort": "Ref", "value": reference("urn:sm:data")}
    return {
        "assetAdministrationShells": [shell | more],
        "submodels": [
            {"modelType": "Submodel", "id": "urn:sm:data", "submodelElements": [speed]},
            {"modelType": "Submodel", "id": "urn:sm:links", "submodelElements": [to_data]},
        ],
    }


def values_of(read: Read, name: str) -> list[str]:
    """What a reader sees from the shell on: the speeds, and where the references lead."""
    found = []
    for one in read("shell", f"https://x/ids/aas/{name}")["submodels"]:
        for element in read("submodel", one["keys"][0]["value"])["submodelElements"]:
            value = element["value"]
            found.append(value if isinstance(value, str) else value["keys"][0]["value"])
    return found


def test_each_shell_keeps_its_own_submodels_and_references_follow(take: Take, read: Read) -> None:
    assert take(machine("A", "1.5")).created == 3
    second = take(machine("B", "2.5"))
    assert (second.created, second.kept_both, second.same) == (1, 2, 0)
    new = {one.given: one.id for one in second.documents}
    assert new["urn:sm:data"].startswith("urn:sm:data~b-") and new["urn:sm:links"].startswith("urn:sm:links~b-")
    assert values_of(read, "A") == ["1.5", "urn:sm:data"]
    assert values_of(read, "B") == ["2.5", new["urn:sm:data"]]


def test_equal_submodels_of_two_machines_stay_one(take: Take, read: Read) -> None:
    take(machine("A", "1.5"))
    assert (report := take(machine("B", "1.5"))).created == 1 and report.same == 2
    assert values_of(read, "B") == ["1.5", "urn:sm:data"]


def test_importing_twice_changes_nothing_also_after_a_rename(take: Take, store: Store, run: Run) -> None:
    for package in (machine("A", "1.5"), machine("B", "2.5"), machine("C", "3.5")):
        take(package)
    before = changes(store, run)
    for package in (machine("B", "2.5"), machine("A", "1.5"), machine("C", "3.5")):
        assert take(package).same == 3
    assert changes(store, run) == before


def test_a_document_that_only_follows_is_known_again(take: Take, store: Store, run: Run) -> None:
    """The first machine brings no links: the second's stand under their own id, with a reference that followed."""
    first = machine("A", "1.5")
    first["submodels"].pop()
    take(first)
    assert take(machine("B", "2.5")).kept_both == 1
    before = changes(store, run)
    assert take(machine("B", "2.5")).same == 3
    assert changes(store, run) == before


def test_a_changed_package_of_the_same_machine_stands_beside_the_old_one(take: Take, read: Read) -> None:
    take(machine("A", "1.5"))
    report = take(machine("A", "9"))
    new = {one.given: one.id for one in report.documents}
    assert {one.outcome for one in report.documents} == {"kept-both"}
    shell = read("shell", new["https://x/ids/aas/A"])
    assert [one["keys"][0]["value"] for one in shell["submodels"]] == [new["urn:sm:data"], new["urn:sm:links"]]
    assert values_of(read, "A") == ["1.5", "urn:sm:data"]
    assert take(machine("A", "9")).same == 3


def test_a_shell_that_is_renamed_takes_derived_from_along(take: Take, read: Read) -> None:
    kind = {
        "modelType": "AssetAdministrationShell",
        "id": "urn:type",
        "assetInformation": {"assetKind": "Type", "globalAssetId": "urn:t"},
    }
    take({"assetAdministrationShells": [kind]})
    other = kind | {"idShort": "Other"}
    child = kind | {"id": "urn:child", "derivedFrom": reference("urn:type", "AssetAdministrationShell")}
    report = take({"assetAdministrationShells": [other, child]})
    renamed = next(one.id for one in report.documents if one.given == "urn:type")
    assert renamed != "urn:type"
    assert read("shell", "urn:child")["derivedFrom"]["keys"][0]["value"] == renamed


def test_a_concept_description_is_kept_as_a_case_and_meanings_stay(take: Take, read: Read) -> None:
    concept = {"modelType": "ConceptDescription", "id": "0173-1#02-AAO677#002", "idShort": "Maker"}
    take({"conceptDescriptions": [concept]})
    meaning = {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": concept["id"]}]}
    element = {"modelType": "Property", "idShort": "P", "valueType": "xs:string", "semanticId": meaning}
    submodel = {"modelType": "Submodel", "id": "urn:s", "submodelElements": [element | {"idShort": "Pp"}]}
    package = {"submodels": [submodel], "conceptDescriptions": [concept | {"idShort": "Hersteller"}]}
    report = take(package)
    kept = next(one.id for one in report.documents if one.kind == "concept-description")
    assert read("concept-description", kept)["isCaseOf"] == [meaning]
    assert read("concept-description", concept["id"])["idShort"] == "Maker"
    assert read("submodel", "urn:s")["submodelElements"][0]["semanticId"] == meaning
    assert take(package).same == 2


def test_replace_puts_the_new_one_in_its_place(take: Take, read: Read) -> None:
    take(machine("A", "1.5"))
    report = take(machine("A", "9"), on_conflict="replace")
    assert (report.updated, report.same) == (1, 2)
    assert values_of(read, "A") == ["9", "urn:sm:data"]


def test_refuse_stores_nothing_and_names_the_document(take: Take, store: Store, run: Run) -> None:
    take(machine("A", "1.5"))
    before = changes(store, run)
    with pytest.raises(Conflict) as raised:
        take(machine("B", "9"), on_conflict="refuse")
    assert raised.value.key == "import-conflict" and raised.value.values["id"] == "urn:sm:data"
    assert changes(store, run) == before
    assert take(machine("A", "1.5"), on_conflict="refuse").same == 3


def test_an_id_that_a_package_bears_twice_loses_nothing(take: Take, read: Read) -> None:
    package = machine("A", "1.5")
    package["submodels"].append(package["submodels"][0] | {"idShort": "Again"})
    report = take(package)
    second = next(one.id for one in report.documents if one.outcome == "kept-both")
    assert read("submodel", second)["idShort"] == "Again" and values_of(read, "A")[0] == "1.5"
    assert take(package).same == 4
    with pytest.raises(BadInput) as raised:
        take(package, strict=True)
    assert raised.value.key == "package-id-twice"


def with_file(tmp_path: Path, name: str, content: bytes | None) -> Path:
    """A package whose submodel names a file in a list in an entity."""
    file = {"modelType": "File", "contentType": "text/plain", "value": "/aasx/files/manual.txt"}
    files = {
        "modelType": "SubmodelElementList",
        "idShort": "Files",
        "typeValueListElement": "File",
        "value": [file],
    }
    entity = {"modelType": "Entity", "idShort": "Part", "entityType": "CoManagedEntity", "statements": [files]}
    submodel = {"modelType": "Submodel", "id": "urn:sm:f", "submodelElements": [entity]}
    target = tmp_path / name
    origin = "http://admin-shell.io/aasx/relationships"

    def relation(kind: str, part: str) -> str:
        return (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r" Type="{origin}/{kind}" Target="/{part}"/></Relationships>'
        )

    with zipfile.ZipFile(target, "w") as made:
        made.writestr("_rels/.rels", relation("aasx-origin", "aasx/aasx-origin"))
        made.writestr("aasx/aasx-origin", "")
        made.writestr("aasx/_rels/aasx-origin.rels", relation("aas-spec", "aasx/data.json"))
        made.writestr("aasx/data.json", json.dumps({"submodels": [submodel]}))
        if content is not None:
            made.writestr("aasx/files/manual.txt", content)
    return target


@pytest.fixture
def take_file(repository: Repository, store: Store, run: Run, tmp_path: Path) -> Take:
    def work(content: bytes | None, **how: Any) -> Any:
        path = with_file(tmp_path, "f.aasx", content)
        return run(import_file(repository, store.files, path, Settings(), **how))

    return work


PLACE = "Part.Files[0]"


def content_of(repository: Repository, run: Run, owner: str = "urn:sm:f") -> bytes:
    return repository.store.files.path(run(repository.attachment(owner, PLACE))[1]).read_bytes()


def test_other_bytes_in_a_file_are_other_content(take_file: Take, repository: Repository, run: Run) -> None:
    assert take_file(b"one").created == 1 and take_file(b"one").same == 1
    second = take_file(b"two")
    assert second.kept_both == 1 and take_file(b"two").same == 1
    assert content_of(repository, run) == b"one"
    assert content_of(repository, run, second.documents[0].id) == b"two"
    assert take_file(b"three", on_conflict="replace").updated == 1
    assert content_of(repository, run) == b"three"


def test_a_file_that_was_missing_comes_later(take_file: Take, repository: Repository, run: Run) -> None:
    assert take_file(None).missing == (f"urn:sm:f#{PLACE}",)
    assert take_file(b"here").updated == 1
    assert content_of(repository, run) == b"here"
    assert take_file(None).same == 1 and content_of(repository, run) == b"here"


def test_our_own_export_comes_back_as_the_same(
    take: Take, take_file: Take, repository: Repository, store: Store, run: Run, tmp_path: Path
) -> None:
    """Two submodels name different bytes under one path: the export moves one of them, the import knows it."""
    take_file(b"one")
    other = take_file(b"two").documents[0].id
    shell = machine("A", "1")["assetAdministrationShells"][0]
    take({"assetAdministrationShells": [shell | {"submodels": [reference("urn:sm:f"), reference(other)]}]})
    run(export(repository, Overlay(store), [shell["id"]], tmp_path / "out.aasx"))
    report = run(import_file(repository, store.files, tmp_path / "out.aasx", Settings()))
    assert report.same == 3 and report.files == 2


def test_deep_nesting_is_no_obstacle(
    take: Take, repository: Repository, store: Store, run: Run, tmp_path: Path
) -> None:
    """190 collections in each other: renamed, written and read again."""

    def deep(value: str) -> dict[str, Any]:
        inner = {"modelType": "Property", "idShort": "Inner-most", "valueType": "xs:string", "value": value}
        for _ in range(190):
            inner = {"modelType": "SubmodelElementCollection", "idShort": "Cc", "value": [inner]}
        return {"submodels": [{"modelType": "Submodel", "id": "urn:deep", "submodelElements": [inner]}]}

    take(deep("a"))
    assert take(deep("b")).kept_both == 1
    here = (repository, Overlay(store))
    run(export_content(*here, run(gather_all(*here)), tmp_path / "deep.aasx"))
    assert run(import_file(repository, store.files, tmp_path / "deep.aasx", Settings())).same == 2
