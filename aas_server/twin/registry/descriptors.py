"""The door of the registries: descriptors that others register are checked here and made canonical.

What belongs to the metamodel (``administration``, ``semanticId``, ``specificAssetIds``, …) is parsed and verified
like any other part of a shell or submodel; the rest follows the schemas of IDTA-01002 V3.1.2 (``Endpoint``,
``ProtocolInformation``, ``AssetAdministrationShellDescriptor``, ``SubmodelDescriptor``).
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from aas_server.errors import BadInput
from aas_server.store.contract import REGISTERED, Described, Kind
from aas_server.twin.index import keys
from aas_server.twin.metamodel import Verified, verified
from aas_server.twin.plain import Json

# Zero bytes are in no text that a database can compare.
_Short = Annotated[str, Meta(max_length=128, pattern=r"^[^\x00]*$")]
_Long = Annotated[str, Meta(max_length=2048, pattern=r"^[^\x00]*$")]
_Objects = list[dict[str, Any]] | UnsetType
_Object = dict[str, Any] | UnsetType
_SHELL = "AssetAdministrationShell"
_PLACE = re.compile(r"(.*?)(?: - at `\$\.?(.*)`)?", re.DOTALL)
Item = TypeVar("Item", bound=Struct)


class SecurityAttribute(Struct, forbid_unknown_fields=True):
    type: Literal["NONE", "RFC_TLSA", "W3C_DID"]
    key: str
    value: str


class ProtocolInformation(Struct, forbid_unknown_fields=True):
    """Where an endpoint lies. A version that stands alone (a client sends it so) becomes a list of one."""

    href: _Long
    endpointProtocol: _Short | UnsetType = UNSET
    endpointProtocolVersion: list[_Short] | _Short | UnsetType = UNSET
    subprotocol: _Short | UnsetType = UNSET
    subprotocolBody: _Long | UnsetType = UNSET
    subprotocolBodyEncoding: _Short | UnsetType = UNSET
    securityAttributes: list[SecurityAttribute] | UnsetType = UNSET

    def __post_init__(self) -> None:
        if isinstance(self.endpointProtocolVersion, str):
            self.endpointProtocolVersion = [self.endpointProtocolVersion]


class Endpoint(Struct, forbid_unknown_fields=True):
    interface: _Short
    protocolInformation: ProtocolInformation


class SubmodelDescriptor(Struct, forbid_unknown_fields=True):
    """``supplementalSemanticId`` is V3.0's name of ``supplementalSemanticIds``."""

    id: str
    endpoints: Annotated[list[Endpoint], Meta(min_length=1)]
    description: _Objects = UNSET
    displayName: _Objects = UNSET
    extensions: _Objects = UNSET
    administration: _Object = UNSET
    idShort: str | UnsetType = UNSET
    semanticId: _Object = UNSET
    supplementalSemanticIds: _Objects = UNSET
    supplementalSemanticId: _Objects = UNSET

    def __post_init__(self) -> None:
        if self.supplementalSemanticId is not UNSET:
            self.supplementalSemanticIds = self.supplementalSemanticId
            self.supplementalSemanticId = UNSET


class ShellDescriptor(Struct, forbid_unknown_fields=True):
    id: str
    endpoints: list[Endpoint] | UnsetType = UNSET
    description: _Objects = UNSET
    displayName: _Objects = UNSET
    extensions: _Objects = UNSET
    administration: _Object = UNSET
    idShort: str | UnsetType = UNSET
    assetKind: Literal["Instance", "NotApplicable", "Role", "Type"] | UnsetType = UNSET
    assetType: str | UnsetType = UNSET
    globalAssetId: str | UnsetType = UNSET
    specificAssetIds: _Objects = UNSET
    submodelDescriptors: list[SubmodelDescriptor] | UnsetType = UNSET


# What a descriptor has of its shell or submodel (of a shell's asset information: ``ASSET``).
COMMON = ("description", "displayName", "extensions", "administration", "idShort")
SEMANTICS = ("semanticId", "supplementalSemanticIds")
ASSET = ("assetKind", "assetType", "globalAssetId", "specificAssetIds")


def verified_descriptor(described: Described, document: Any) -> Verified:
    """A descriptor that may be stored, canonical. ``document`` is plain JSON without empty lists. Raises
    ``BadInput`` (``descriptor-invalid``) with the path and what is wrong there."""
    descriptor: ShellDescriptor | SubmodelDescriptor
    if described == "shell":
        descriptor = _converted(described, document, ShellDescriptor)
        _check_shell(descriptor)
    else:
        descriptor = _converted(described, document, SubmodelDescriptor)
        _check_submodel(described, document, descriptor, "")
    body = msgspec.json.encode(descriptor)
    kind = REGISTERED[described]
    return Verified(kind, descriptor.id, body, keys(kind, msgspec.json.decode(body)))


def specific_asset_ids(id: str, given: Any) -> list[Json]:
    """Asset links of a shell, checked and canonical. Raises ``BadInput`` (``document-invalid``)."""
    if given == []:
        return []
    information: Json = {"assetKind": "NotApplicable", "specificAssetIds": given}
    for one in given:
        if isinstance(one, dict) and one.get("name") == "globalAssetId":
            information["globalAssetId"] = one.get("value")
    shell = verified("shell", {"modelType": _SHELL, "id": id, "assetInformation": information})
    links: list[Json] = msgspec.json.decode(shell.body)["assetInformation"].get("specificAssetIds", [])
    return links


def _converted(described: Described, document: Any, type: type[Item]) -> Item:
    try:
        return msgspec.convert(document, type)
    except msgspec.ValidationError as fault:
        text, path = _PLACE.fullmatch(str(fault)).groups()  # type: ignore[union-attr]
        raise _invalid(described, document, path or "", text) from None


def _check_shell(descriptor: ShellDescriptor) -> None:
    plain: Json = msgspec.to_builtins(descriptor)
    information = {"assetKind": "NotApplicable"} | _only(plain, ASSET)
    if not information.keys() & {"globalAssetId", "specificAssetIds"}:
        # A shell must name its asset (AASd-131), its descriptor need not.
        information["globalAssetId"] = "-"
    twin = {"modelType": _SHELL, "id": descriptor.id, "assetInformation": information}
    checked = _checked("shell", plain, twin | _only(plain, COMMON), "shell", "")
    _take_over(descriptor, checked, COMMON)
    _take_over(descriptor, {name: checked["assetInformation"][name] for name in ASSET if name in plain}, ASSET)
    for index, one in enumerate(descriptor.submodelDescriptors or ()):
        _check_submodel("shell", plain, one, f"submodelDescriptors[{index}].")


def _check_submodel(described: Described, whole: Json, descriptor: SubmodelDescriptor, place: str) -> None:
    names = (*COMMON, *SEMANTICS)
    twin = {"modelType": "Submodel", "id": descriptor.id} | _only(msgspec.to_builtins(descriptor), names)
    _take_over(descriptor, _checked(described, whole, twin, "submodel", place), names)


def _checked(described: Described, whole: Json, twin: Json, kind: Kind, place: str) -> Json:
    """The metamodel's parts, verified as those of a shell or submodel, canonical."""
    try:
        checked: Json = msgspec.json.decode(verified(kind, twin).body)
    except BadInput as fault:
        if fault.key != "document-invalid":
            raise
        path = str(fault.values["path"]).removeprefix("assetInformation").lstrip("./")
        raise _invalid(described, whole, place + path, fault.values["fault"]) from None
    return checked


def _take_over(descriptor: Struct, checked: Json, names: tuple[str, ...]) -> None:
    for name in names:
        setattr(descriptor, name, checked.get(name, UNSET))


def _only(plain: Json, names: tuple[str, ...]) -> Json:
    return {name: plain[name] for name in names if name in plain}


def _invalid(described: Described, document: Any, path: str, fault: object) -> BadInput:
    id = document.get("id", "?") if isinstance(document, dict) else "?"
    return BadInput("descriptor-invalid", kind=REGISTERED[described], id=id, path=path or "/", fault=fault)
