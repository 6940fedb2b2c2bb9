"""An environment as XML or JSON of metamodel 3.0 or 3.1, read into and written from plain JSON of 3.1."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Literal, TypeAlias

import aas_core3.jsonization
import aas_core3.verification
import aas_core3.xmlization
import aas_core3_1.jsonization
import aas_core3_1.verification
import aas_core3_1.xmlization
import msgspec
from lxml import etree

from aas_server.errors import BadInput
from aas_server.twin.elements import children, numbered
from aas_server.twin.metamodel import LISTS, decode
from aas_server.twin.package import xml
from aas_server.twin.plain import Json

Metamodel: TypeAlias = Literal["3.0", "3.1"]
Form: TypeAlias = Literal["xml", "json"]
Environment = dict[str, list[Json]]
"""``assetAdministrationShells``, ``submodels``, ``conceptDescriptions``, each where it is not empty."""

_LIBRARIES: Mapping[str, tuple[Any, Any, Any]] = {
    "3.0": (aas_core3.jsonization, aas_core3.verification, aas_core3.xmlization),
    "3.1": (aas_core3_1.jsonization, aas_core3_1.verification, aas_core3_1.xmlization),
}
_NAMESPACES = {"https://admin-shell.io/aas/3/0": "3.0", "https://admin-shell.io/aas/3/1": "3.1"}
_SINGLE = {
    "AssetAdministrationShell": "assetAdministrationShells",
    "Submodel": "submodels",
    "ConceptDescription": "conceptDescriptions",
}


def sniffed(head: bytes) -> Literal["aasx", "json", "xml"] | None:
    """What a file is by its first bytes; its name and its declared type are not believed."""
    if head.startswith(b"PK\x03\x04"):
        return "aasx"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "xml"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return "json" if text.startswith((b"{", b"[")) else "xml" if text.startswith(b"<") else None


def read_json(given: bytes, name: str, max_depth: int) -> Environment:
    """Raises ``BadInput`` where it is no environment (or single shell, submodel or concept description)."""
    document = decode(given, max_depth)
    if not isinstance(document, dict):
        raise BadInput("environment-none", part=name)
    if "assets" in document or isinstance(document.get("modelType"), dict) or _old_model_types(document):
        raise BadInput("metamodel-old", part=name, version="2.0")
    if document.get("modelType") in _SINGLE:
        return {_SINGLE[document["modelType"]]: [document]}
    if document and not set(document) <= set(LISTS):
        raise BadInput("environment-none", part=name)
    if not all(isinstance(part, list) for part in document.values()):
        raise BadInput("environment-none", part=name)
    return document


def read_xml(stream: BinaryIO, name: str, max_depth: int) -> Environment:
    """Raises ``BadInput`` where it is no environment, or of another metamodel than 3.0 and 3.1."""
    tree = xml.parsed(stream, name)
    root = etree.QName(tree.getroot())
    metamodel = _NAMESPACES.get(root.namespace or "")
    if metamodel is None:
        version = {"aas/1/0": "1.0", "aas/2/0": "2.0"}.get("/".join((root.namespace or "").split("/")[-3:]))
        if version is not None:
            raise BadInput("metamodel-old", part=name, version=version)
        raise BadInput("environment-none", part=name)
    jsonization, _, xmlization = _LIBRARIES[metamodel]
    try:
        instance = xmlization.environment_from_iterparse(xml.events(tree, max_depth))
        plain: Environment = jsonization.to_jsonable(instance)
    except xmlization.DeserializationException as fault:
        raise BadInput("xml-invalid", part=name, path=str(fault.path), fault=fault.cause) from None
    except RecursionError:
        raise BadInput("xml-too-deep", limit=max_depth) from None
    return plain


def written(environment: Environment, form: Form, metamodel: Metamodel) -> bytes:
    """An environment as bytes, verified by the library of that metamodel.

    Raises ``BadInput`` (``export-invalid``) with path and constraint where it does not fit the metamodel.
    """
    jsonization, verification, xmlization = _LIBRARIES[metamodel]
    plain = _without_list_names(environment) if metamodel == "3.0" else environment
    try:
        instance = jsonization.environment_from_jsonable(plain)
    except jsonization.DeserializationException as fault:
        raise BadInput("export-invalid", metamodel=metamodel, path=str(fault.path), fault=fault.cause) from None
    for error in verification.verify(instance):
        raise BadInput("export-invalid", metamodel=metamodel, path=str(error.path), fault=error.cause)
    if form == "json":
        return msgspec.json.encode(jsonization.to_jsonable(instance))
    text = io.StringIO()
    text.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    xmlization.write(instance, text)
    return text.getvalue().encode()


def _old_model_types(document: Json) -> bool:
    return any(isinstance(one.get("modelType"), dict) for one in _objects(document))


def _objects(document: Json) -> Iterator[Json]:
    for part in document.values():
        if isinstance(part, list):
            yield from (one for one in part[:1] if isinstance(one, dict))


def _without_list_names(environment: Environment) -> Environment:
    """Metamodel 3.0 forbids an idShort on a list's children (AASd-120), 3.1 allows it."""
    submodels = [_nameless_in_lists(submodel) for submodel in environment.get("submodels", ())]
    return environment | {"submodels": submodels} if submodels else environment


def _nameless_in_lists(element: Json) -> Json:
    inside = children(element)
    if not inside:
        return element
    renewed = [_nameless_in_lists(child) for child in inside]
    if numbered(element):
        renewed = [{name: part for name, part in child.items() if name != "idShort"} for child in renewed]
    return {name: renewed if part is inside else part for name, part in element.items()}
