"""Two versions of the API beside each other, the single services, and profiles that are true."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from aas_server import ids
from aas_server.api.description import fulfilled
from aas_server.api.operations import operations, profiles
from aas_server.settings import Settings

OLD, NEW = "/api/v3.0", "/api/v3.1"
MOTOR = f"/submodels/{ids.encode('urn:sm:1')}"


@pytest.mark.parametrize(
    ("rest", "former", "present"),
    [
        ("/submodel-elements/Speed/$value", {"Speed": 1.5}, 1.5),
        ("/submodel-elements/Axes[0].Speed/$value", {"Speed": 1.5}, 1.5),
        ("/submodel-elements/Axes/$value", [{"Speed": 1.5}], [{"Speed": 1.5}]),
        ("/submodel-elements/$value?limit=1", [{"Speed": 1.5}], {"Speed": 1.5}),
    ],
)
def test_values_have_each_versions_form(rest: str, former: Any, present: Any, shown: TestClient) -> None:
    for version, expected in ((OLD, former), (NEW, present)):
        found = shown.get(version + MOTOR + rest).json()
        assert (found["result"] if "limit" in rest else found) == expected


def test_values_of_submodels_are_a_list_for_older_clients(shown: TestClient) -> None:
    assert [type(shown.get(f"{one}/submodels/$value").json()["result"]) for one in (OLD, NEW)] == [list, dict]


def test_both_versions_show_the_same_documents(shown: TestClient) -> None:
    for path in ("/shells", MOTOR, f"{MOTOR}/$metadata?level=core", "/concept-descriptions"):
        assert shown.get(OLD + path).content == shown.get(NEW + path).content


def test_what_is_newer_is_unknown_to_the_older_version(shown: TestClient) -> None:
    described = {version: shown.get(f"{version}/openapi.json").json()["paths"] for version in (OLD, NEW)}
    served = {one: {(m.upper(), path) for path, ways in described[one].items() for m in ways} for one in described}
    newer = {key for key, operation in operations().items() if operation.since > "3.0"}
    assert not served[OLD] & newer
    assert served[NEW] - newer == served[OLD]
    for method, path in served[NEW] & newer:
        address = path.replace("{aasIdentifier}", "eA").replace("{submodelIdentifier}", "eA")
        answer = shown.request(method, OLD + address)
        # ``/shells/$recent-changes`` is an id to the older version, one that is no base64url.
        expected = (400,) if path.endswith("/$recent-changes") else (404, 405)
        assert answer.status_code in expected and list(answer.json()) == ["messages"]


def test_each_version_has_its_page_of_operations(shown: TestClient) -> None:
    for version, title in ((OLD, "AAS API V3.0"), (NEW, "AAS API V3.1")):
        for address in ("/docs", "/", ""):
            page = shown.get(f"{version}{address}", headers={"Accept-Language": "en"}, follow_redirects=True)
            assert f"<h1>{title}</h1>" in page.text


def test_a_profile_is_claimed_only_where_every_operation_of_it_is_served() -> None:
    every = set(operations())
    claimed = [*fulfilled(every, "3.0"), *fulfilled(every, "3.1")]
    assert len(claimed) == len(set(claimed)) == sum(1 if since == "3.1" else 2 for since in profiles().values())
    for key, operation in operations().items():
        if operation.since <= "3.1":
            missing = fulfilled(every - {key}, "3.1")
            assert len(fulfilled(every, "3.1")) - len(missing) == len(set(operation.profiles) & set(profiles()))


def test_the_description_is_that_of_what_is_served(shown: TestClient) -> None:
    claimed = shown.get(f"{NEW}/description").json()["profiles"]
    assert shown.get(f"{OLD}/description").json()["profiles"] == claimed
    paths = shown.get(f"{NEW}/openapi.json").json()["paths"]
    served = {(method.upper(), path) for path, ways in paths.items() for method in ways}
    assert claimed == [*fulfilled(served, "3.1"), *fulfilled(served, "3.0")]
    repository = "AssetAdministrationShellRepositoryServiceSpecification/SSP-002"
    assert {f"https://admin-shell.io/aas/API/3/{minor}/{repository}" for minor in (0, 1)} <= set(claimed)


def test_the_single_shell_and_submodel_are_the_first_ones(shown: TestClient) -> None:
    shell = f"/shells/{ids.encode('urn:aas:1')}"
    motor = f"/submodels/{ids.encode('urn:sm:1')}"
    for single, named in (
        ("/aas", shell),
        ("/aas/$reference", f"{shell}/$reference"),
        ("/aas/asset-information", f"{shell}/asset-information"),
        ("/aas/submodel-refs", f"{shell}/submodel-refs"),
        (f"/aas{motor}/$value", f"{motor}/$value"),
        ("/submodel", motor),
        ("/submodel/$metadata", f"{motor}/$metadata"),
        ("/submodel/submodel-elements/Axes[0].Speed/$value", f"{motor}/submodel-elements/Axes[0].Speed/$value"),
    ):
        answer = shown.get(NEW + single)
        assert answer.status_code == 200 and answer.content == shown.get(NEW + named).content
    other = shown.get(f"{NEW}/aas/submodels/{ids.encode('urn:sm:2')}")
    assert other.status_code == 404, "the shell does not refer to it"


def test_the_single_shell_is_changed_like_any_other(filled: TestClient) -> None:
    shell = filled.get(f"{NEW}/aas").json()
    assert filled.put(f"{NEW}/aas", json=shell | {"idShort": "Changed"}).status_code == 204
    assert filled.get(f"{NEW}/shells/{ids.encode('urn:aas:1')}").json()["idShort"] == "Changed"
    assert filled.delete(f"{NEW}/aas").status_code == 405
    assert filled.put(f"{NEW}/aas", json=shell | {"id": "urn:aas:2"}).status_code == 400


def test_without_any_the_single_services_say_how(api: TestClient) -> None:
    for path, setting in (("/aas", "single_shell"), ("/submodel/$value", "single_submodel")):
        answer = api.get(NEW + path)
        assert answer.status_code == 404 and setting in answer.json()["messages"][0]["text"]


class TestNamed:
    """The single services where settings name what they serve."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"single_submodel": "urn:sm:2", "single_shell": "urn:aas:later"})

    def test_what_a_setting_names_is_served(self, filled: TestClient) -> None:
        assert filled.get(f"{NEW}/submodel").json()["id"] == "urn:sm:2"
        assert filled.get(f"{NEW}/aas").status_code == 404
        shell = {
            "modelType": "AssetAdministrationShell",
            "id": "urn:aas:later",
            "assetInformation": {"assetKind": "Type", "globalAssetId": "urn:x"},
        }
        assert filled.put(f"{NEW}/aas", json=shell).status_code == 201
        assert filled.get(f"{NEW}/aas").json() == shell
