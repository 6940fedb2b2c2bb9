from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from aas_server import ids
from aas_server.store.contract import Store
from aas_server.twin.live import Overlay
from aas_server.twin.package import export
from aas_server.twin.packages import Packages
from aas_server.twin.repository import Repository

BASE = "/api/v3.1"
At = Callable[..., str]


@pytest.fixture
def package(filled: TestClient, store: Store, tmp_path: Path) -> Path:
    target = tmp_path / "프레스.aasx"
    asyncio.run(export(Repository(store), Overlay(store), ["urn:aas:1"], target))
    return target


def posted(api: TestClient, package: Path) -> str:
    answer = api.post(f"{BASE}/packages", files={"file": (package.name, package.read_bytes())})
    assert answer.status_code == 201, answer.text
    assert answer.json()["aasIds"] == ["urn:aas:1"]
    id = str(answer.json()["packageId"])
    assert answer.headers["location"] == f"{BASE}/packages/{ids.encode(id)}"
    return id


def test_a_package_comes_back_byte_for_byte_under_its_name(filled: TestClient, package: Path, at: At) -> None:
    id = posted(filled, package)
    answer = filled.get(at("packages", id))
    assert answer.content == package.read_bytes()
    assert answer.headers["content-type"] == "application/asset-administration-shell-package"
    assert unquote(answer.headers["x-filename"]) == "프레스.aasx"
    again = filled.post(f"{BASE}/packages", files={"file": (package.name, package.read_bytes())})
    assert again.status_code == 409


def test_packages_are_listed_by_shell_and_paged(
    filled: TestClient, package: Path, packages: Packages, at: At
) -> None:
    posted(filled, package)
    packages.put("z", ["urn:aas:2"], "z.aasx", package)
    first = filled.get(f"{BASE}/packages?limit=1").json()
    second = filled.get(f"{BASE}/packages?limit=1&cursor={first['paging_metadata']['cursor']}").json()
    assert second["paging_metadata"] == {} and second["result"] == [{"packageId": "z", "aasIds": ["urn:aas:2"]}]
    found = filled.get(f"{BASE}/packages?aasId={ids.encode('urn:aas:1')}").json()["result"]
    assert [one["aasIds"] for one in found] == [["urn:aas:1"]]


def test_put_creates_and_replaces(filled: TestClient, package: Path, at: At) -> None:
    body = package.read_bytes()
    form = {"fileName": "own.aasx", "aasIds": "urn:aas:7"}
    created = filled.put(at("packages", "mine"), files={"file": ("x", body)}, data=form)
    assert created.status_code == 201 and created.json() == {"packageId": "mine", "aasIds": ["urn:aas:7"]}
    assert filled.put(at("packages", "mine"), files={"file": ("x", body)}, data=form).status_code == 204
    assert filled.get(at("packages", "mine")).headers["x-filename"] == "own.aasx"
    assert filled.delete(at("packages", "mine")).status_code == 204
    assert filled.get(at("packages", "mine")).status_code == 404


def test_a_promised_package_can_neither_be_deleted_nor_replaced(
    filled: TestClient, package: Path, packages: Packages, at: At
) -> None:
    packages.put("kept", ["urn:aas:1"], "kept.aasx", package, date(2999, 1, 1))
    for answer in (
        filled.delete(at("packages", "kept")),
        filled.put(at("packages", "kept"), files={"file": ("x", package.read_bytes())}),
    ):
        assert answer.status_code == 409 and "2999-01-01" in answer.json()["messages"][0]["text"]


def test_what_is_no_package_is_not_kept(filled: TestClient) -> None:
    assert filled.post(f"{BASE}/packages", files={"file": ("x.aasx", b"PK\x03\x04 no zip")}).status_code == 400
    assert filled.get(f"{BASE}/packages").json()["result"] == []


@pytest.mark.parametrize(
    ("at", "form", "name"),
    [
        ("packages", {"fileName": "../내 것.aasx"}, "내 것.aasx"),
        ("packages", {}, "sent.aasx"),
    ],
)
def test_what_is_no_package_is_called_by_the_name_it_came_with(filled: TestClient, at, form, name) -> None:
    answer = filled.post(f"{BASE}/{at}", files={"file": ("sent.aasx", b"nothing")}, data=form)
    assert answer.status_code == 400
    assert answer.json()["messages"][0]["text"].startswith(f"{name} is neither")


def test_a_name_of_any_length_is_taken(filled: TestClient) -> None:
    answer = filled.post(f"{BASE}/packages", files={"file": ("x", b"nothing")}, data={"fileName": "가" * 500})
    assert answer.status_code == 400


def test_packages_are_found_by_shell_after_they_change_and_go(filled: TestClient, package: Path, at: At) -> None:
    def found(shell: str) -> list[str]:
        answer = filled.get(f"{BASE}/packages?aasId={ids.encode(shell)}").json()
        return [one["packageId"] for one in answer["result"]]

    body = {"file": ("x.aasx", package.read_bytes())}
    filled.put(at("packages", "p"), files=body, data={"aasIds": "urn:aas:7"})
    assert found("urn:aas:7") == ["p"] and found("urn:aas:1") == []
    filled.put(at("packages", "p"), files=body)
    assert found("urn:aas:7") == [] and found("urn:aas:1") == ["p"]
    filled.delete(at("packages", "p"))
    assert found("urn:aas:1") == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["urn:a", "urn:b"], ["urn:a", "urn:b"]),
        (["urn:a,urn:b"], ["urn:a", "urn:b"]),
        (['["urn:a", "urn:b"]'], ["urn:a", "urn:b"]),
        ([ids.encode("urn:aas:1")], ["urn:aas:1"]),
        ([""], ["urn:aas:1"]),
        ([], ["urn:aas:1"]),
    ],
)
def test_shells_are_named_as_clients_name_them(filled: TestClient, package: Path, at: At, given, kept) -> None:
    """Repeated fields, one with commas, JSON, base64url; none: those in the package."""
    data = {"aasIds": given}
    answer = filled.put(at("packages", "p"), files={"file": ("x.aasx", package.read_bytes())}, data=data)
    assert answer.json() == {"packageId": "p", "aasIds": kept}


def test_two_editors_do_not_overwrite_each_other(filled: TestClient, package: Path, at: At) -> None:
    body = {"file": ("x.aasx", package.read_bytes())}
    url = at("packages", "p")
    assert filled.put(url, files=body, headers={"If-Match": '"other"'}).status_code == 412
    assert filled.put(url, files=body, headers={"If-None-Match": "*"}).status_code == 201
    assert filled.put(url, files=body, headers={"If-None-Match": "*"}).status_code == 412
    etag = filled.get(url).headers["etag"]
    assert filled.get(url, headers={"If-None-Match": etag}).status_code == 304
    assert filled.delete(url, headers={"If-Match": '"other"'}).status_code == 412
    assert filled.delete(url, headers={"If-Match": etag}).status_code == 204


def test_an_id_of_more_than_128_characters_is_refused(filled: TestClient, package: Path, at: At) -> None:
    body = {"file": ("x.aasx", package.read_bytes())}
    assert filled.put(at("packages", "x" * 128), files=body).status_code == 201
    refused = filled.put(at("packages", "x" * 129), files=body)
    assert refused.status_code == 400 and "128" in refused.json()["messages"][0]["text"]


def test_an_environment_is_no_package(filled: TestClient) -> None:
    answer = filled.post(f"{BASE}/packages", files={"file": ("x.aasx", b'{"submodels":[]}')})
    assert answer.status_code == 400 and "/upload" in answer.json()["messages"][0]["text"]


def test_an_upload_over_the_limit_names_the_setting(filled: TestClient) -> None:
    answer = filled.post(f"{BASE}/packages", files={"file": ("x.aasx", b"0" * (2**20 + 1))})
    assert answer.status_code == 413 and "max_upload" in answer.json()["messages"][0]["text"]
