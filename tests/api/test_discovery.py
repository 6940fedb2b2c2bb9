"""Basic discovery: which shells belong to an asset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient

from aas_server import ids

BASE = "/api/v3.1"
LOOKUP = f"{BASE}/lookup/shells"
SEARCH = f"{BASE}/lookup/shellsByAssetLink"
At = Callable[..., str]


def link(name: str, value: str) -> dict[str, Any]:
    return {"name": name, "value": value}


def encoded(*links: dict[str, Any]) -> list[str]:
    return [ids.encode(msgspec.json.encode(one).decode()) for one in links]


def both(api: TestClient, *links: dict[str, Any]) -> list[str]:
    """What is found, by the query and by the body alike."""
    by_query = api.get(LOOKUP, params={"assetIds": encoded(*links)})
    by_body = api.post(SEARCH, json=list(links))
    assert by_query.status_code == by_body.status_code == 200
    assert by_query.json() == by_body.json()
    found: list[str] = by_query.json()["result"]
    return found


@pytest.fixture
def shells(filled: TestClient, at: At) -> TestClient:
    """Three shells of batch ``B`` beside ``urn:aas:1``."""
    for number in range(2, 5):
        information = {"assetKind": "Instance", "specificAssetIds": [link("batch", "B"), link("no", str(number))]}
        id = f"urn:aas:{number}"
        shell = {"modelType": "AssetAdministrationShell", "id": id, "assetInformation": information}
        assert filled.put(at("shells", id), json=shell).status_code == 201
    return filled


def test_a_shell_is_found_by_its_own_asset_ids(shells: TestClient) -> None:
    assert both(shells, link("globalAssetId", "urn:asset:1")) == ["urn:aas:1"]
    assert both(shells, link("batch", "B")) == ["urn:aas:2", "urn:aas:3", "urn:aas:4"]
    assert both(shells, link("batch", "B"), link("no", "3")) == ["urn:aas:3"]
    assert both(shells, link("batch", "B"), link("no", "9")) == []
    assert both(shells) == ["urn:aas:1", "urn:aas:2", "urn:aas:3"], "every shell with asset ids, the first page"


def test_an_id_that_is_no_assets_finds_nothing(shells: TestClient) -> None:
    answer = shells.get(LOOKUP, params={"assetIds": encoded(link("globalAssetId", "urn:aas:1"))})
    assert (answer.status_code, answer.json()) == (200, {"paging_metadata": {}, "result": []})


@pytest.mark.parametrize(
    "query",
    [
        {"assetIds": ids.encode("globalAssetId:urn:asset:1")},
        {"AssetIds": encoded(link("globalAssetId", "urn:asset:1"))[0] + "=="},
        {"assetId": ids.encode("urn:asset:1")},
    ],
)
def test_the_forms_in_which_clients_ask(shells: TestClient, query: dict[str, str]) -> None:
    assert shells.get(LOOKUP, params=query).json()["result"] == ["urn:aas:1"]


def test_pages(shells: TestClient) -> None:
    for ask in (
        lambda **page: shells.get(LOOKUP, params=page | {"assetIds": encoded(link("batch", "B"))}),
        lambda **page: shells.post(SEARCH, params=page, json=[link("batch", "B")]),
    ):
        first = ask(limit=2, cursor="").json()
        rest = ask(limit=2, cursor=first["paging_metadata"]["cursor"]).json()
        assert first["result"] + rest["result"] == ["urn:aas:2", "urn:aas:3", "urn:aas:4"]
        assert rest["paging_metadata"] == {}
        assert ask(cursor="rubbish!").status_code == 400


def test_links_are_put_beside_a_shells_own(shells: TestClient, at: At) -> None:
    url = at("lookup/shells", "urn:aas:1")
    own, more = link("globalAssetId", "urn:asset:1"), link("serial", "7")
    assert shells.get(url).json() == [own]
    made = shells.post(url, json=[own, more])
    assert (made.status_code, made.json()) == (201, [own, more])
    assert shells.get(url).json() == [own, more]
    assert both(shells, more) == ["urn:aas:1"]
    shells.post(url, json=[link("serial", "8")])
    assert both(shells, more) == [] and both(shells, link("serial", "8")) == ["urn:aas:1"]
    assert shells.delete(url).status_code == 204
    assert shells.get(url).json() == [own] and both(shells, link("serial", "8")) == []
    assert shells.delete(url).status_code == 404


def test_links_of_a_shell_that_lies_elsewhere(api: TestClient, at: At) -> None:
    url = at("lookup/shells", "urn:far:1")
    assert api.get(url).status_code == 404
    asset = link("globalAssetId", "urn:asset:9")
    assert api.post(url, json=asset).json() == [asset], "one alone, as one client sends it"
    assert both(api, asset) == ["urn:far:1"] and api.get(url).json() == [asset]
    assert api.post(url, json=[]).status_code == 201
    assert api.get(url).status_code == 404


def test_two_editors_of_links(shells: TestClient, at: At) -> None:
    url = at("lookup/shells", "urn:aas:1")
    seen = {"If-Match": shells.get(url).headers["etag"]}
    assert shells.post(url, json=[link("serial", "7")], headers=seen).status_code == 201
    assert shells.post(url, json=[link("serial", "8")], headers=seen).status_code == 412
    assert shells.delete(url, headers=seen).status_code == 412


@pytest.mark.parametrize("body", [b"", b"{", b"7", b'["x"]', b'[{"name":"serial"}]', b'[{"name":"","value":"x"}]'])
def test_bad_links_are_refused(api: TestClient, at: At, body: bytes) -> None:
    for url in (at("lookup/shells", "urn:far:1"), SEARCH):
        answer = api.post(url, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400 and list(answer.json()) == ["messages"]
    assert api.get(at("lookup/shells", "urn:far:1")).status_code == 404
    assert api.get(LOOKUP, params={"assetIds": "%%%"}).status_code == 400
