"""Metamodel 2.0 as 3.1 (Details of the Asset Administration Shell V3.0, annex on changes between versions).

``local`` and ``idType`` have no successor: what a key points at shows from its value. Everything else that 3.1
cannot say is handed on under its old name, so that the repair keeps it in an extension and reports it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aas_server.twin.package.legacy.elements import element, referable, reference
from aas_server.twin.plain import Json

Lists = dict[str, list[Any]]


def is_old(lists: Mapping[str, list[Any]]) -> bool:
    """Whether JSON is of 2.0: assets of their own, ``identification``, ``modelType`` with a name."""
    if "assets" in lists:
        return True
    return any(_old(one) for part in lists.values() for one in part)


def _old(document: Any) -> bool:
    if not isinstance(document, dict):
        return False
    kind = document.get("modelType")
    return "identification" in document or (isinstance(kind, dict) and isinstance(kind.get("name"), str))


def renewed(lists: Lists) -> Lists:
    """An environment of 2.0 as 3.1; an asset becomes part of the shells that refer to it."""
    assets = {one["identification"]["id"]: one for one in lists.get("assets", ()) if _identified(one)}
    strange = [one for one in lists.get("assets", ()) if not _identified(one)]
    shells = [_shell(one, assets) for one in lists.get("assetAdministrationShells", ())]
    used = {_asset_id(one) for one in shells}
    shells += [_shell_of(asset) for id, asset in assets.items() if id not in used]
    shells += [_shell_of(asset) for asset in strange]
    found = {
        "assetAdministrationShells": shells,
        "submodels": [_submodel(one) for one in lists.get("submodels", ())],
        "conceptDescriptions": [_concept(one) for one in lists.get("conceptDescriptions", ())],
    }
    return {name: part for name, part in found.items() if part}


def _identified(asset: Any) -> bool:
    identification = asset.get("identification") if isinstance(asset, dict) else None
    return isinstance(identification, dict) and isinstance(identification.get("id"), str)


def _asset_id(shell: Any) -> str | None:
    information = shell.get("assetInformation") if isinstance(shell, dict) else None
    id = information.get("globalAssetId") if isinstance(information, dict) else None
    return id if isinstance(id, str) else None


def _shell(old: Any, assets: Mapping[str, Json]) -> Any:
    if not _old(old):
        return old
    new = referable(old)
    id = next((found for name in ("asset", "assetRef") if (found := _taken(new, name))), None)
    information = new.get("assetInformation")
    if not isinstance(information, dict):
        information = {} if information is None else {"information": information}
    new["assetInformation"] = information | ({"globalAssetId": id} if id else {})
    references = new.pop("submodels", None) or new.pop("submodelRefs", None) or new.pop("submodelRef", None)
    new["submodels"] = [reference(one) for one in references] if isinstance(references, list) else None
    if references and not isinstance(references, list):
        new["submodelRefs"] = references
    for name in ("conceptDictionaries", "conceptDictionary", "views", "derivedFrom"):
        if not new.get(name) or not _says_something(new[name]):
            new.pop(name, None)
    if "derivedFrom" in new:
        new["derivedFrom"] = reference(new["derivedFrom"])
    if isinstance(id, str) and id in assets:
        _take_asset(new, assets[id])
    return new


def _taken(new: Json, name: str) -> str | None:
    """The id at the end of a reference to an asset, taken out; a reference that says more stays."""
    keys = new[name].get("keys") if isinstance(new.get(name), dict) else None
    if not isinstance(keys, list) or len(keys) != 1 or not isinstance(keys[0], dict):
        return None
    id = keys[0].get("value")
    if not isinstance(id, str):
        return None
    if keys[0].get("type") == "Asset":
        del new[name]
    return id


def _take_asset(shell: Json, asset: Json) -> None:
    """The asset's kind and id are said by ``assetInformation``, its models are submodels; what else it says is
    handed on as ``asset``."""
    old = referable(asset)
    information = shell["assetInformation"]
    kind = old.pop("kind", None)
    if kind is not None:
        information["assetKind"] = "Type" if kind in ("Template", "Type") else kind
    information.setdefault("globalAssetId", old.pop("id", None))
    for name in ("assetIdentificationModel", "billOfMaterial"):
        for spelling in (name, f"{name}Ref"):
            if isinstance(old.get(spelling), dict) and old[spelling].get("keys"):
                model = reference(old.pop(spelling))
                listed = shell["submodels"] if isinstance(shell["submodels"], list) else []
                if model not in listed:
                    shell["submodels"] = [*listed, model]
    said = {"modelType", "id"} | ({"idShort"} if old.get("idShort") == shell.get("idShort") else set())
    left = {name: part for name, part in old.items() if name not in said and _says_something(part)}
    if left:
        # A spoilt reference to the asset may stand there still.
        shell["asset#2" if "asset" in shell else "asset"] = left


def _shell_of(asset: Any) -> Any:
    """A shell for an asset to which none refers, so that it is not lost."""
    if not isinstance(asset, dict):
        return asset
    shell: Json = {"modelType": "AssetAdministrationShell", "assetInformation": {}, "submodels": None}
    identification = asset.get("identification")
    id = identification.get("id") if isinstance(identification, dict) else None
    if isinstance(id, str) and id:
        shell["id"] = f"{id}/aas"
    _take_asset(shell, asset)
    shell["idShort"] = asset.get("idShort")
    return shell


def _submodel(old: Any) -> Any:
    if not _old(old):
        return old
    new = referable(old)
    kind = new.get("kind") or "Instance"
    elements = new.get("submodelElements")
    if isinstance(elements, list):
        new["submodelElements"] = [element(one, str(kind)) for one in elements]
    return new


def _concept(old: Any) -> Any:
    if not _old(old):
        return old
    new = referable(old)
    cases = new.get("isCaseOf")
    if isinstance(cases, list):
        new["isCaseOf"] = [reference(one) for one in cases]
    return new


def _says_something(value: Any) -> bool:
    """Whether there is any text in it."""
    return any(True for _ in _texts(value))


def _texts(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)
    elif value is not None and (not isinstance(value, str) or value.strip()):
        yield value
