from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aas_server.errors import AasError, BadInput, NotFound, TooLarge
from aas_server.messages import error_text, text
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.twin.package import check, import_file
from aas_server.twin.repository import Repository

Run = Callable[..., Any]
Import = Callable[..., Any]

ORIGIN = "http://admin-shell.io/aasx/relationships/aasx-origin"
SPEC = "http://admin-shell.io/aasx/relationships/aas-spec"
XML = b'<environment xmlns="https://admin-shell.io/aas/3/0"><submodels><submodel><id>urn:x</id></submodel></submodels></environment>'


@pytest.fixture
def take(repository: Repository, store: Store, run: Run, tmp_path: Path) -> Import:
    """Imports bytes under a name; the store is empty after a refusal."""

    def work(body: bytes, name: str = "file", settings: Settings | None = None, **how: Any) -> Any:
        path = tmp_path / name
        path.write_bytes(body)
        return run(import_file(repository, store.files, path, settings or Settings(), **how))

    return work


def package(tmp_path: Path, data: bytes = XML, name: str = "aasx/data.xml", **more: bytes) -> bytes:
    """A small AASX made by hand, as another tool would."""

    def relation(kind: str, target: str) -> str:
        return (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r" Type="{kind}" Target="{target}" TargetMode="External"/></Relationships>'
        )

    place = tmp_path / "made.aasx"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("_rels/.rels", relation(ORIGIN.replace("//admin", "//www.admin"), "aasx/aasx-origin"))
        made.writestr("aasx/aasx-origin", "")
        made.writestr("aasx/_rels/aasx-origin.rels", relation(SPEC, name.removeprefix("aasx/")))
        made.writestr(name, data)
        for part, body in more.items():
            made.writestr(part, body)
    return place.read_bytes()


def environment(*submodels: dict[str, Any]) -> bytes:
    return json.dumps({"submodels": submodels}).encode()


SUBMODEL = {"modelType": "Submodel", "id": "urn:x", "idShort": "Xx"}


@pytest.mark.parametrize("name", ["env.json", "env.xml", "octets"])
def test_what_a_file_is_is_sniffed_not_believed(name: str, take: Import) -> None:
    assert take(b"\xef\xbb\xbf" + environment(SUBMODEL), name).created == 1
    other = b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- made -->' + XML
    assert take(other, name, on_conflict="replace").updated == 1


def test_files_of_the_field_are_read(take: Import, tmp_path: Path) -> None:
    """Old relationship hosts, TargetMode External on internal parts, relative targets, xsi hints, empty lists."""
    hinted = XML.replace(
        b"<environment ",
        b'<environment xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b" ',
    )
    report = take(package(tmp_path, hinted))
    assert report.created == 1
    said = [(one.path, one.key) for one in report.repairs]
    assert said == [
        ("_rels/.rels", "repair-relationship"),
        ("_rels/.rels", "repair-target-mode"),
        ("aasx/_rels/aasx-origin.rels", "repair-target-mode"),
    ]
    with pytest.raises(BadInput) as raised:
        take(package(tmp_path, hinted), strict=True)
    assert raised.value.key == "package-not-strict" and raised.value.values["count"] == 3
    assert take(environment(SUBMODEL | {"displayName": [], "id": "urn:y"})).created == 1


def test_other_content_under_the_same_id_is_left_when_asked(take: Import) -> None:
    take(environment(SUBMODEL))
    kept = take(environment(SUBMODEL | {"idShort": "Changed"}), on_conflict="keep-ours")
    assert [one.outcome for one in kept.documents] == ["kept"]


def test_one_wrong_document_leaves_nothing_behind(take: Import, repository: Repository, run: Run) -> None:
    wrong = SUBMODEL | {"id": "urn:wrong", "idShort": "9"}
    with pytest.raises(BadInput) as raised:
        take(environment(SUBMODEL, wrong), strict=True)
    assert raised.value.values["id"] == "urn:wrong" and raised.value.values["path"] == "idShort"
    with pytest.raises(NotFound):
        run(repository.get("submodel", "urn:x"))


def test_a_missing_part_is_reported(take: Import, tmp_path: Path) -> None:
    file = {"modelType": "File", "idShort": "Manual", "contentType": "text/plain", "value": "/aasx/files/gone.txt"}
    report = take(package(tmp_path, environment(SUBMODEL | {"submodelElements": [file]})))
    assert report.missing == ("urn:x#Manual",)


BOMB = b"0" * (4 * 2**20)
ENTITY = b'<!DOCTYPE e [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + XML
EXTERNAL = b'<!DOCTYPE e SYSTEM "http://example.org/evil.dtd">' + XML


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b"", "file-form-unknown"),
        (b"%PDF-1.7", "file-form-unknown"),
        (b"{", "json-unreadable"),
        (b'{"submodels": [{"modelType": "Submodel", "id": "urn:x"}], "submodels": []}', "json-key-twice"),
        (b"[1, 2]", "environment-none"),
        (b'{"name": "x"}', "environment-none"),
        (b'{"submodels": 5}', "environment-none"),
        (b"<a/>", "environment-none"),
        (b"<a", "xml-unreadable"),
        (XML[:-20], "xml-unreadable"),
        (ENTITY, "xml-dtd"),
        (EXTERNAL, "xml-dtd"),
        (ENTITY.decode().encode("utf-16"), "xml-dtd"),
        (XML.replace(b"/3/0", b"/4/0"), "environment-none"),
        (b'<aasenv xmlns="http://www.admin-shell.io/aas/1/0"/>', "metamodel-old"),
        (b'{"submodels": [5]}', "document-no-object"),
        (b'{"submodels": [], "things": []}', "environment-strange"),
        (XML.replace(b"<submodels>", b"<a>" * 3000), "xml-too-deep"),
        (b"<a>" * 3000, "environment-none"),
        (b"[" * 5000, "json-too-deep"),
    ],
)
def test_hostile_and_broken_files_are_refused(body: bytes, key: str, take: Import) -> None:
    with pytest.raises(AasError) as raised:
        take(body)
    assert raised.value.key == key
    for language in ("ko", "en"):
        assert error_text(raised.value, language) != key  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "limit", "setting"),
    [
        ({"aasx/files/bomb": BOMB}, {}, "max_package_ratio"),
        ({"aasx/files/bomb": BOMB}, {"max_package_ratio": 10**6, "max_package_part": 2**20}, "max_package_part"),
        ({"aasx/files/bomb": BOMB}, {"max_package_ratio": 10**6, "max_package_size": 2**20}, "max_package_size"),
        ({f"aasx/files/{n}": b"" for n in range(20)}, {"max_package_parts": 10}, "max_package_parts"),
    ],
)
def test_a_bomb_is_stopped_by_a_limit_that_is_named(
    more: dict[str, bytes], limit: dict[str, int], setting: str, take: Import, tmp_path: Path
) -> None:
    file = {"modelType": "File", "idShort": "Bomb", "contentType": "text/plain", "value": "/aasx/files/bomb"}
    body = package(tmp_path, environment(SUBMODEL | {"submodelElements": [file]}), **more)
    with pytest.raises(TooLarge) as raised:
        take(body, settings=Settings(**limit))  # type: ignore[arg-type]
    assert raised.value.values["setting"] == setting
    assert setting in error_text(raised.value, "en")


def test_a_bomb_that_nothing_refers_to_is_refused_unread(take: Import, tmp_path: Path) -> None:
    with pytest.raises(TooLarge) as raised:
        take(package(tmp_path, **{"aasx/files/bomb": BOMB}))
    assert raised.value.values["part"] == "aasx/files/bomb"


@pytest.mark.parametrize("part", ["../evil", "aasx/../../evil", "a\\..\\b", "C:/evil"])
def test_names_that_lead_out_are_refused(part: str, take: Import, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as raised:
        take(package(tmp_path, **{part: b"x"}))
    assert raised.value.key == "package-part-path"


def test_a_package_cut_anywhere_is_refused(take: Import, tmp_path: Path) -> None:
    whole = package(tmp_path)
    for end in range(4, len(whole), len(whole) // 17):
        with pytest.raises(BadInput):
            take(whole[:end])


def test_a_zip_that_is_no_package_is_refused(take: Import, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as made:
        made.writestr("hello.txt", "hello")
    with pytest.raises(BadInput) as raised:
        take((tmp_path / "x.zip").read_bytes())
    assert raised.value.key == "package-no-origin"


def test_check_names_the_place_and_who_says_so(tmp_path: Path) -> None:
    wrong = {"modelType": "Property", "idShort": "Speed", "valueType": "xs:int", "value": "fast"}
    file = tmp_path / "wrong.json"
    file.write_bytes(environment(SUBMODEL | {"submodelElements": [wrong]}))
    findings = list(check(file, Settings()))
    assert {one.checker for one in findings if one.severity == "error"} == {"aas-core", "basyx"}
    ours = next(one for one in findings if one.checker == "aas-core")
    assert (ours.document, ours.path, ours.severity) == ("urn:x", "submodelElements[0]", "error")


def test_check_of_a_broken_file_is_a_finding_with_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "broken.aasx"
    file.write_bytes(b"PK\x03\x04 broken")
    (finding,) = check(file, Settings())
    assert finding.key == "package-broken" and finding.severity == "error"
    with pytest.raises(NotFound):
        check(tmp_path / "absent.aasx", Settings())


@pytest.mark.parametrize("body", [b"nothing", b"<a>", b"<a/>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])
def test_check_does_not_say_the_name_of_the_file_again(tmp_path: Path, body: bytes) -> None:
    file = tmp_path / "given.parquet"
    file.write_bytes(body)
    (finding,) = check(file, Settings())
    for language in ("ko", "en"):
        said = text(finding.key, language, **finding.values)
        assert "given.parquet" not in said and len(said) > 20
