"""Descriptors: what may be registered, and what follows from a stored shell or submodel."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from aas_server import ids
from aas_server.errors import BadInput
from aas_server.twin.registry import derived
from aas_server.twin.registry.descriptors import specific_asset_ids, verified_descriptor

ENDPOINT = {"interface": "AAS-3.0", "protocolInformation": {"href": "https://elsewhere.example/shells/eA"}}
MEANING = {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": "urn:cd:1"}]}
SUBMODEL = {"id": "urn:sm:1", "idShort": "Motor", "endpoints": [ENDPOINT], "semanticId": MEANING}
SHELL: dict[str, Any] = {
    "id": "urn:aas:1",
    "idShort": "Cell",
    "endpoints": [ENDPOINT],
    "assetKind": "Instance",
    "globalAssetId": "urn:asset:1",
    "specificAssetIds": [{"name": "serial", "value": "7"}],
    "administration": {"version": "1"},
    "submodelDescriptors": [SUBMODEL],
}
BASE = "https://factory.example/api/v3.1"


def test_a_descriptor_comes_back_as_it_was_sent() -> None:
    assert msgspec.json.decode(verified_descriptor("shell", SHELL).body) == SHELL
    assert msgspec.json.decode(verified_descriptor("submodel", SUBMODEL).body) == SUBMODEL
    assert msgspec.json.decode(verified_descriptor("shell", {"id": "urn:aas:2"}).body) == {"id": "urn:aas:2"}


def test_the_order_of_attributes_makes_no_other_descriptor() -> None:
    turned = dict(reversed(SHELL.items()))
    assert verified_descriptor("shell", turned).body == verified_descriptor("shell", SHELL).body


def test_it_is_found_by_its_facts() -> None:
    facts = {fact.field: fact.value for fact in verified_descriptor("shell", SHELL).keys.facts}
    assert facts["assetKind"] == "Instance" and facts["submodelDescriptors[0].idShort"] == "Motor"


def test_spellings_of_older_clients_are_understood() -> None:
    information = {"href": "https://elsewhere.example", "endpointProtocolVersion": "1.1"}
    old = {"id": "urn:sm:1", "semanticId": MEANING, "supplementalSemanticId": [MEANING]}
    old["endpoints"] = [{"interface": "SUBMODEL-3.0", "protocolInformation": information}]
    kept = msgspec.json.decode(verified_descriptor("submodel", old).body)
    assert kept["supplementalSemanticIds"] == [MEANING] and "supplementalSemanticId" not in kept
    assert kept["endpoints"][0]["protocolInformation"]["endpointProtocolVersion"] == ["1.1"]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"id": ""}, "id"),
        ({"idShort": "1 x"}, "idShort"),
        ({"surprise": 1}, "/"),
        ({"assetKind": "Machine"}, "assetKind"),
        ({"globalAssetId": ""}, "globalAssetId"),
        ({"specificAssetIds": [{"name": "serial"}]}, "specificAssetIds[0]"),
        ({"administration": {"version": "one"}}, "administration.version"),
        ({"displayName": [{"language": "en"}]}, "displayName[0]"),
        ({"endpoints": [{"interface": "AAS-3.0"}]}, "endpoints[0]"),
        ({"endpoints": [ENDPOINT | {"protocolInformation": {}}]}, "endpoints[0].protocolInformation"),
        ({"endpoints": [ENDPOINT | {"interface": "x" * 129}]}, "endpoints[0].interface"),
        ({"endpoints": [ENDPOINT | {"interface": "a\0b"}]}, "endpoints[0].interface"),
        ({"submodelDescriptors": [{"id": "urn:sm:1"}]}, "submodelDescriptors[0]"),
        ({"submodelDescriptors": [SUBMODEL | {"idShort": "-"}]}, "submodelDescriptors[0].idShort"),
        ({"submodelDescriptors": [SUBMODEL | {"endpoints": []}]}, "submodelDescriptors[0].endpoints"),
    ],
)
def test_a_wrong_one_is_refused_with_the_place(change: dict[str, Any], path: str) -> None:
    with pytest.raises(BadInput) as refused:
        verified_descriptor("shell", SHELL | change)
    assert (refused.value.key, refused.value.values["path"]) == ("descriptor-invalid", path)


@pytest.mark.parametrize("given", [None, 5, [], "x", {}, {"endpoints": [ENDPOINT]}])
def test_what_is_no_descriptor_is_refused(given: object) -> None:
    for described in ("shell", "submodel"):
        with pytest.raises(BadInput, match="descriptor-invalid"):
            verified_descriptor(described, given)  # type: ignore[arg-type]


def test_asset_links_follow_the_metamodel() -> None:
    links = [{"name": "globalAssetId", "value": "urn:asset:1"}, {"name": "serial", "value": "7"}]
    assert specific_asset_ids("urn:aas:1", links) == links
    assert specific_asset_ids("urn:aas:1", []) == []
    for wrong in ("text", [{"name": "serial"}], [{"name": "", "value": "x"}], [7]):
        with pytest.raises(BadInput):
            specific_asset_ids("urn:aas:1", wrong)


def test_the_descriptor_of_a_stored_shell_may_itself_be_registered() -> None:
    submodel = {"modelType": "Submodel", "id": "urn:sm:1", "idShort": "Motor", "semanticId": MEANING}
    inside = derived.submodel_descriptor(msgspec.json.encode(submodel), BASE)
    asset = {"assetKind": "Type", "assetType": "urn:type:1", "globalAssetId": "urn:asset:1"}
    shell = {"modelType": "AssetAdministrationShell", "id": "urn:aas:ü/1", "assetInformation": asset}
    shell |= {"idShort": "Cell", "description": [{"language": "ko", "text": "셀"}]}
    made = msgspec.json.decode(derived.shell_descriptor(msgspec.json.encode(shell), [inside], BASE))
    assert msgspec.json.decode(verified_descriptor("shell", made).body) == made
    assert made.items() >= asset.items() and made["description"] == shell["description"]
    href = f"{BASE}/shells/{ids.encode('urn:aas:ü/1')}"
    assert made["endpoints"][0]["interface"] == "AAS-3.0"
    assert {one["protocolInformation"]["href"] for one in made["endpoints"]} == {href}
    (motor,) = made["submodelDescriptors"]
    assert motor["id"] == "urn:sm:1" and motor["semanticId"] == MEANING
    assert {"SUBMODEL-3.0", "SUBMODEL-3.1", "SUBMODEL-1.0"} <= {one["interface"] for one in motor["endpoints"]}
