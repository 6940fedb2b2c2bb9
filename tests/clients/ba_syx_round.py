"""A round with the generated ``ba-syx-*`` clients: create, read, change, page, delete.

A program of its own, because these clients need libraries that are too old for the tests' environment:
``python ba_syx_round.py <base address> <package for shells> <package for submodels>``.
"""

from __future__ import annotations

import base64
import importlib
import inspect
import io
import json
import sys
from typing import Any

SHELL = "https://example.org/ids/aas/press?line=1#a b/ü"
SUBMODEL = "https://example.org/ids/sm/press/한글"
_SHELLS = "asset_administration_shell_repository_api"
_SUBMODELS = "submodel_repository_api"


def encode(id: str) -> str:
    """An id in a path; these clients leave it to their user."""
    return base64.urlsafe_b64encode(id.encode()).decode().rstrip("=")


class Generated:
    """One of the packages, called by an operation's name; bodies are given as JSON has them."""

    def __init__(self, package: str, base: str) -> None:
        self._package = package
        self._client = importlib.import_module(package).Client(base_url=base)

    def model(self, name: str, value: dict[str, Any]) -> Any:
        return getattr(importlib.import_module(f"{self._package}.models"), name).from_dict(value)

    def __call__(self, group: str, operation: str, *ids: str, status: int, body: Any = None, **other: Any) -> Any:
        module = importlib.import_module(f"{self._package}.api.{group}.{operation}")
        if body is not None:
            # Its generator changed the name from one version to the next.
            known = inspect.signature(module.sync_detailed).parameters
            other[next(name for name in ("json_body", "multipart_data", "body") if name in known)] = body
        try:
            answer = module.sync_detailed(*ids, client=self._client, **other)
        except ValueError as fault:
            # One version lacks "Error" of IDTA-01002 for a message's type, one reads JSON where nothing was sent.
            refused = status >= 400 and "'Error' is not a valid" in str(fault)
            assert refused or operation == "delete_thumbnail_aas_repository", (operation, fault)
            return None
        assert answer.status_code == status, (operation, answer.status_code, answer.content)
        # One version takes the document of an answer for a Result: so its content is read, not what it parsed.
        return json.loads(answer.content) if answer.content else None

    def enum(self, name: str, value: str) -> Any:
        return getattr(importlib.import_module(f"{self._package}.models"), name)(value)

    def picture(self, name: str, content: bytes) -> Any:
        models, types = (importlib.import_module(f"{self._package}.{one}") for one in ("models", "types"))
        kind = next(k for k in (f"{name}Body", f"{name}MultipartData") if hasattr(models, k))
        return getattr(models, kind)(types.File(io.BytesIO(content), "p.png", "image/png"))


def shells(use: Generated) -> None:
    information = {"assetKind": "Instance", "globalAssetId": "urn:asset", "specificAssetIds": []}
    empty: dict[str, Any] = {
        "displayName": [],
        "extensions": [],
        "embeddedDataSpecifications": [],
        "submodels": [],
    }
    shell = {
        "modelType": "AssetAdministrationShell",
        "id": SHELL,
        "idShort": "Press",
        "assetInformation": information,
    }
    body = use.model("AssetAdministrationShell", shell | empty)
    made = use(_SHELLS, "post_asset_administration_shell", body=body, status=201)
    assert made["id"] == SHELL
    use(_SHELLS, "post_asset_administration_shell", body=body, status=409)
    id = encode(SHELL)
    body.id_short = "Changed"
    use(_SHELLS, "put_asset_administration_shell_by_id", id, body=body, status=204)
    assert use(_SHELLS, "get_asset_administration_shell_by_id", id, status=200)["idShort"] == "Changed"
    reference = use.model(
        "Reference", {"type": "ModelReference", "keys": [{"type": "Submodel", "value": SUBMODEL}]}
    )
    use(_SHELLS, "post_submodel_reference_aas_repository", id, body=reference, status=201)
    found = use(_SHELLS, "get_all_submodel_references_aas_repository", id, status=200)
    assert [one["keys"][0]["value"] for one in found["result"]] == [SUBMODEL]
    picture = use.picture("PutThumbnailAasRepository", b"\x89PNG")
    use(_SHELLS, "put_thumbnail_aas_repository", id, body=picture, file_name="p.png", status=204)
    use(_SHELLS, "delete_thumbnail_aas_repository", id, status=200)
    use(_SHELLS, "delete_submodel_reference_by_id_aas_repository", id, encode(SUBMODEL), status=204)

    other = use.model("AssetAdministrationShell", shell | {"id": "urn:other"})
    use(_SHELLS, "post_asset_administration_shell", body=other, status=201)
    one = use.enum("GetAllAssetAdministrationShellsLimit", "1")
    first = use(_SHELLS, "get_all_asset_administration_shells", limit=one, status=200)
    cursor = use.model("Base64UrlEncodedCursor", {"encodedCursor": first["paging_metadata"]["cursor"]})
    second = use(_SHELLS, "get_all_asset_administration_shells", limit=one, cursor=cursor, status=200)
    assert {one["id"] for one in (*first["result"], *second["result"])} == {SHELL, "urn:other"}
    for gone in (id, encode("urn:other")):
        use(_SHELLS, "delete_asset_administration_shell_by_id", gone, status=204)
    use(_SHELLS, "get_asset_administration_shell_by_id", id, status=404)


def submodels(use: Generated) -> None:
    speed = {
        "modelType": "Property",
        "idShort": "Speed",
        "valueType": "xs:double",
        "value": "1.50",
        "extensions": [],
    }
    inner = {"modelType": "SubmodelElementCollection", "idShort": "Inner", "value": [speed], "qualifiers": []}
    submodel = {"modelType": "Submodel", "id": SUBMODEL, "idShort": "Operation", "submodelElements": [inner]}
    body = use.model("Submodel", submodel | {"displayName": [], "description": []})
    use(_SUBMODELS, "post_submodel", body=body, status=201)
    id = encode(SUBMODEL)
    assert use(_SUBMODELS, "get_submodel_by_id", id, status=200)["idShort"] == "Operation"
    use(_SUBMODELS, "put_submodel_by_id", id, body=body, status=204)
    use(
        _SUBMODELS, "post_submodel_element_submodel_repo", id, body=use.model("SubmodelElement", speed), status=201
    )
    count = use.model("SubmodelElement", speed | {"idShort": "Count"})
    use(_SUBMODELS, "post_submodel_element_by_path_submodel_repo", id, "Inner", body=count, status=201)
    value = use.model("SubmodelElementValue", {"Speed": 2.5})
    patch = "patch_submodel_element_by_path_value_only_submodel_repo"
    use(_SUBMODELS, patch, id, "Inner", body=value, status=204)
    element = use(_SUBMODELS, "get_submodel_element_by_path_submodel_repo", id, "Inner.Speed", status=200)
    assert element["value"] == "2.5"
    use(_SUBMODELS, "delete_submodel_element_by_path_submodel_repo", id, "Inner.Count", status=204)
    elements = use(_SUBMODELS, "get_all_submodel_elements", id, status=200)
    assert len(elements["result"]) == 2
    use(_SUBMODELS, "get_submodel_by_id_value_only", id, status=200)
    use(_SUBMODELS, "get_submodel_by_id_metadata", id, status=200)
    assert len(use(_SUBMODELS, "get_all_submodels", status=200)["result"]) == 1
    use(_SUBMODELS, "delete_submodel_by_id", id, status=204)
    use(_SUBMODELS, "get_submodel_by_id", id, status=404)


if __name__ == "__main__":
    base, for_shells, for_submodels = sys.argv[1:]
    shells(Generated(for_shells, base))
    submodels(Generated(for_submodels, base))
    print("done")
