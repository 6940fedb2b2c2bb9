"""References whose type agrees with their keys (AASd-121 to AASd-128)."""

from __future__ import annotations

from typing import Any

from aas_core3_1 import constants

from aas_server.twin.package.repair.fill import IDENTIFIABLES
from aas_server.twin.package.repair.place import Place
from aas_server.twin.plain import Json

_GLOBAL = "GlobalReference"
_FRAGMENT = "FragmentReference"
_INSIDE = frozenset(str(one.value) for one in constants.FRAGMENT_KEYS)


def pointed(place: Place) -> None:
    """The first key decides: what is identifiable in the AAS is pointed at by a ModelReference, all else by an
    ExternalReference. Keys that lose their type are kept as they were."""
    keys: list[Json] = place.new["keys"]
    first, type = keys[0]["type"], place.new["type"]
    if first in IDENTIFIABLES:
        if type != "ModelReference" and all(key["type"] in _INSIDE for key in keys[1:]):
            place.replace("type", "repair-literal", "ModelReference")
        return
    if type != "ExternalReference":
        place.replace("type", "repair-literal", "ExternalReference")
    loose = [number for number, key in enumerate(keys) if key["type"] not in (_GLOBAL, _FRAGMENT)]
    if first == _FRAGMENT:
        loose.insert(0, 0)
    if loose:
        place.keep("keys", [dict(key) for key in keys])
    for number in loose:
        place.mended(f"keys[{number}].type", "repair-literal", given=keys[number]["type"], now=_GLOBAL)
        keys[number]["type"] = _GLOBAL


def aimed(place: Place) -> None:
    """References of which the metamodel says what they point at: a shell's submodels, what it is derived from, and
    the subject of a specific asset id."""
    for number, reference in enumerate(place.new.get("submodels", ())):
        _lead(place, reference, f"submodels[{number}]", "Submodel")
    if "derivedFrom" in place.new:
        _lead(place, place.new["derivedFrom"], "derivedFrom", "AssetAdministrationShell")
    subject = place.new.get("externalSubjectId")
    if subject is not None and subject["type"] != "ExternalReference":
        place.keep("externalSubjectId", subject)
        keys = [key | {"type": _GLOBAL} for key in subject["keys"]]
        place.replace(
            "externalSubjectId", "repair-reference", subject | {"type": "ExternalReference", "keys": keys}
        )


def _lead(place: Place, reference: Json, where: str, wanted: str) -> None:
    keys: list[Json] = reference["keys"]
    if len(keys) != 1 or (reference["type"] == "ModelReference" and keys[0]["type"] == wanted):
        return
    before: Any = {"type": reference["type"], "keys": [dict(key) for key in keys]}
    reference["type"] = "ModelReference"
    keys[0]["type"] = wanted
    after = {"type": "ModelReference", "keys": keys}
    place.mended(where, "repair-reference", given=before, now=after)
