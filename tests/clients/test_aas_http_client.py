"""``aas-http-client``: dictionaries by its client, objects of the BaSyx Python SDK by its wrapper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from basyx.aas import model

pytest.importorskip("aas_http_client", reason="needs aas-http-client (extra test)")

from aas_http_client.classes.client import aas_client
from aas_http_client.classes.wrapper import sdk_wrapper

SHELL = "https://example.org/ids/aas/press?line=1#a b/ü"
SUBMODEL = "https://example.org/ids/sm/press/한글"
FILE = {"modelType": "File", "idShort": "Manual", "contentType": "text/plain"}
SPEED = {"modelType": "Property", "idShort": "Speed", "valueType": "xs:double", "value": "1.50"}
COUNT = {"modelType": "Property", "idShort": "Count", "valueType": "xs:int", "value": "3"}
PICTURE = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def shell(id: str) -> dict[str, Any]:
    information = {"assetKind": "Instance", "globalAssetId": f"{id}:asset"}
    return {"modelType": "AssetAdministrationShell", "id": id, "idShort": "Press", "assetInformation": information}


def submodel(id: str) -> dict[str, Any]:
    return {"modelType": "Submodel", "id": id, "idShort": "Operation", "submodelElements": [SPEED, FILE]}


def reference(id: str) -> dict[str, Any]:
    return {"type": "ModelReference", "keys": [{"type": "Submodel", "value": id}]}


def shells_round(client: Any, tmp_path: Path) -> None:
    shells = client.shells
    assert shells.post_asset_administration_shell(shell(SHELL))["id"] == SHELL
    assert client.submodels.post_submodel(submodel(SUBMODEL))["id"] == SUBMODEL
    assert shells.put_asset_administration_shell_by_id(SHELL, shell(SHELL) | {"idShort": "Changed"})
    assert shells.get_asset_administration_shell_by_id(SHELL)["idShort"] == "Changed"
    assert shells.post_submodel_reference_aas_repository(SHELL, reference(SUBMODEL)) == reference(SUBMODEL)
    assert shells.get_all_submodel_references_aas_repository(SHELL)["result"] == [reference(SUBMODEL)]
    assert shells.put_submodel_by_id_aas_repository(SHELL, SUBMODEL, submodel(SUBMODEL) | {"idShort": "Put"})
    assert shells.get_submodel_by_id_aas_repository(SHELL, SUBMODEL)["idShort"] == "Put"
    assert shells.get_asset_administration_shell_by_id_reference_aas_repository(SHELL)["keys"][0]["value"] == SHELL

    picture = tmp_path / "press.png"
    picture.write_bytes(PICTURE)
    assert shells.put_thumbnail_aas_repository(SHELL, picture.name, picture)
    assert shells.get_thumbnail_aas_repository(SHELL) == PICTURE
    assert shells.delete_thumbnail_aas_repository(SHELL)
    assert not shells.get_thumbnail_aas_repository(SHELL)

    for number in range(5):
        assert shells.post_asset_administration_shell(shell(f"urn:example:aas:{number}"))
    seen, cursor = [], ""
    while True:
        page = shells.get_all_asset_administration_shells(limit=2, cursor=cursor)
        seen += [one["id"] for one in page["result"]]
        cursor = page["paging_metadata"].get("cursor", "")
        if not cursor:
            break
    assert sorted(seen) == sorted({SHELL, *(f"urn:example:aas:{number}" for number in range(5))})

    assert shells.delete_submodel_reference_by_id_aas_repository(SHELL, SUBMODEL)
    assert shells.delete_asset_administration_shell_by_id(SHELL)
    assert shells.get_asset_administration_shell_by_id(SHELL) is None


def elements_round(client: Any, tmp_path: Path) -> None:
    submodels = client.submodels
    if submodels.get_submodel_by_id(SUBMODEL) is None:
        assert submodels.post_submodel(submodel(SUBMODEL))
    assert submodels.put_submodels_by_id(SUBMODEL, submodel(SUBMODEL))
    assert submodels.post_submodel_element_submodel_repo(SUBMODEL, COUNT)["idShort"] == "Count"
    assert submodels.put_submodel_element_by_path_submodel_repo(SUBMODEL, "Count", COUNT | {"value": "4"})
    # 3.0.3 has the value under its name, 3.1 the value alone.
    value = submodels.get_submodel_element_by_path_value_only_submodel_repo(SUBMODEL, "Count")
    assert value == ({"Count": 4} if client.base_url.endswith("v3.0") else 4)
    assert submodels.patch_submodel_element_by_path_value_only_submodel_repo(SUBMODEL, "Speed", "2.25")
    assert submodels.get_submodel_by_id_value_only(SUBMODEL)["Speed"] == 2.25
    assert submodels.patch_submodel_by_id_value_only(SUBMODEL, {"Speed": 3.5})
    assert submodels.get_submodel_element_by_path_submodel_repo(SUBMODEL, "Speed")["value"] == "3.5"
    inner = {"modelType": "SubmodelElementCollection", "idShort": "Inner"}
    assert submodels.post_submodel_element_submodel_repo(SUBMODEL, inner)
    assert submodels.post_submodel_element_by_path_submodel_repo(SUBMODEL, "Inner", COUNT)
    assert submodels.get_submodel_element_by_path_submodel_repo(SUBMODEL, "Inner.Count")["value"] == "3"
    names = [one["idShort"] for one in submodels.get_all_submodel_elements_submodel_repository(SUBMODEL)["result"]]
    assert names == ["Speed", "Manual", "Count", "Inner"]
    assert submodels.patch_submodel_by_id(
        SUBMODEL, {"modelType": "Submodel", "id": SUBMODEL, "idShort": "Patched"}
    )
    assert submodels.get_submodel_by_id(SUBMODEL)["idShort"] == "Patched"
    assert "submodelElements" not in submodels.get_submodel_by_id_metadata(SUBMODEL)
    assert submodels.delete_submodel_element_by_path_submodel_repo(SUBMODEL, "Inner")

    manual = tmp_path / "manual.txt"
    manual.write_bytes(b"Read me")
    attached = client.experimental
    assert attached.put_file_by_path_submodel_repo(SUBMODEL, "Manual", manual)
    assert attached.get_file_by_path_submodel_repo(SUBMODEL, "Manual") == b"Read me"
    assert attached.delete_file_by_path_submodel_repo(SUBMODEL, "Manual")
    assert submodels.delete_submodel_by_id(SUBMODEL)
    assert submodels.get_submodel_by_id(SUBMODEL) is None


def client_of(base: str) -> Any:
    made = aas_client.create_by_url(base, encoded_ids=False)
    assert made is not None
    return made


def test_documents(base: str, tmp_path: Path) -> None:
    client = client_of(base)
    shells_round(client, tmp_path)
    elements_round(client, tmp_path)


def test_documents_in_postgres(on_postgres: str, tmp_path: Path) -> None:
    client = client_of(on_postgres)
    shells_round(client, tmp_path)
    elements_round(client, tmp_path)


def descriptor(id: str) -> dict[str, Any]:
    information = {"href": f"https://example.org/{id}", "endpointProtocol": "HTTPS"}
    return {"id": id, "endpoints": [{"interface": "AAS-3.0", "protocolInformation": information}]}


def test_registries(base: str) -> None:
    client = client_of(base)
    shells, submodels = client.shell_registry, client.submodel_registry
    assert shells.get_self_description()["profiles"]
    assert shells.post_asset_administration_shell_descriptor(descriptor("urn:far"))["id"] == "urn:far"
    changed = descriptor("urn:far") | {"idShort": "Far"}
    assert shells.put_asset_administration_shell_descriptor_by_id("urn:far", changed)
    assert shells.get_asset_administration_shell_descriptor_by_id("urn:far")["idShort"] == "Far"
    assert len(shells.get_all_asset_administration_shell_descriptors(limit=1)["result"]) == 1
    assert shells.post_submodel_descriptor_through_superpath("urn:far", descriptor("urn:sm"))
    assert shells.put_submodel_descriptor_by_id_through_superpath("urn:far", "urn:sm", descriptor("urn:sm"))
    assert shells.get_submodel_descriptor_by_id_through_superpath("urn:far", "urn:sm")["id"] == "urn:sm"
    assert shells.get_all_submodel_descriptors_through_superpath("urn:far")["result"]
    assert shells.delete_submodel_descriptor_by_id_through_superpath("urn:far", "urn:sm")
    assert shells.delete_asset_administration_shell_descriptor_by_id("urn:far")
    assert submodels.post_submodel_descriptor(descriptor("urn:sm"))
    assert submodels.put_submodel_descriptor_by_id("urn:sm", descriptor("urn:sm") | {"idShort": "Far"})
    assert submodels.get_submodel_descriptor_by_id("urn:sm")["idShort"] == "Far"
    assert submodels.get_all_submodel_descriptors(limit=5)["result"][0]["id"] == "urn:sm"
    assert submodels.delete_submodel_descriptor_by_id("urn:sm")


def test_objects(base: str) -> None:
    wrapper = sdk_wrapper.create_by_url(base, encoded_ids=False)
    information = model.AssetInformation(model.AssetKind.INSTANCE, global_asset_id="urn:asset")
    assert wrapper.post_asset_administration_shell(model.AssetAdministrationShell(information, SHELL)).id == SHELL
    elements = [model.Property("Speed", model.datatypes.Double, 1.5), model.File("Manual", "text/plain")]
    assert wrapper.post_submodel(model.Submodel(SUBMODEL, elements, id_short="Operation")).id == SUBMODEL
    assert wrapper.post_submodel_element_submodel_repo(SUBMODEL, model.Property("Count", model.datatypes.Int, 3))
    assert wrapper.get_submodel_element_by_path_submodel_repo(SUBMODEL, "Count").value == 3
    assert [one.id for one in wrapper.get_all_submodels(limit=5).results] == [SUBMODEL]
    assert [one.id for one in wrapper.get_all_asset_administration_shells().results] == [SHELL]
    assert wrapper.delete_submodel_by_id(SUBMODEL) and wrapper.delete_asset_administration_shell_by_id(SHELL)
