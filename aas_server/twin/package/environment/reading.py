"""An environment of metamodel 2.0, 3.0 or 3.1 read from XML or JSON into plain JSON of 3.1, faults and all."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, TypeAlias

from lxml import etree

from aas_server.errors import BadInput
from aas_server.twin.metamodel import LISTS, from_json
from aas_server.twin.package import xml
from aas_server.twin.package.environment import tree
from aas_server.twin.package.environment.schema import model_type
from aas_server.twin.package.legacy.documents import is_old, renewed
from aas_server.twin.package.legacy.tree import old_document

FileForm: TypeAlias = Literal["aasx", "json", "xml"]
Version: TypeAlias = Literal["2.0", "3.0", "3.1"]
Open: TypeAlias = Callable[[], BinaryIO]

HEAD = 512
"""Bytes of a file by which its form is known."""
_NAMESPACE = re.compile(r"https?://(?:www\.)?admin-shell\.io/aas/(\d)/(\d)/?")
_ENCODINGS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
NAMESPACES: Mapping[Version, str] = {
    "2.0": "http://www.admin-shell.io/aas/2/0",
    "3.0": "https://admin-shell.io/aas/3/0",
    "3.1": "https://admin-shell.io/aas/3/1",
}
"""How each is spelled; files of the field mix up ``http`` and ``https``, and whether there is a ``www``."""
_LISTS = frozenset({*LISTS, "assets"})
_SINGLE = {
    "AssetAdministrationShell": "assetAdministrationShells",
    "Submodel": "submodels",
    "ConceptDescription": "conceptDescriptions",
}


@dataclass(frozen=True, slots=True)
class Environment:
    """``lists`` as metamodel 3.1 names them. ``version`` is what the file was written in; JSON of 3.0 and 3.1 is
    the same and counts as 3.1. ``namespace`` is that of the file's XML; JSON has none."""

    version: Version
    lists: dict[str, list[Any]]
    namespace: str | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """A JSON number with a fraction or an exponent, as it was written: ``1.50`` stays ``1.50``."""

    text: str

    def __str__(self) -> str:
        return self.text


def sniffed(head: bytes) -> FileForm | None:
    """What a file is by its first bytes; its name and its declared type are not believed."""
    if head.startswith(b"PK\x03\x04"):
        return "aasx"
    encoding = next((name for mark, name in _ENCODINGS.items() if head.startswith(mark)), "utf-8")
    text = head.decode(encoding, "ignore").lstrip()
    return "json" if text.startswith(("{", "[")) else "xml" if text.startswith("<") else None


def read(open: Open, name: str, max_depth: int) -> Environment:
    """An environment in either form, sniffed. Raises ``BadInput`` as ``read_json`` and ``read_xml`` do."""
    with open() as stream:
        form = sniffed(stream.read(HEAD))
    if form == "xml":
        return read_xml(open, name, max_depth)
    with open() as stream:
        return read_json(stream.read(), name, max_depth)


def read_json(given: bytes, name: str, max_depth: int) -> Environment:
    """Raises ``BadInput`` where it is no environment (or single shell, submodel or concept description)."""
    found = from_json(_utf8(given), max_depth, Number)
    if isinstance(found, dict):
        single = _SINGLE.get(model_type(found))
        if single is not None:
            found = {single: [found]}
        lists: dict[str, list[Any]] = {key: part for key, part in found.items() if part is not None}
        if not lists or (set(lists) & _LISTS and all(isinstance(part, list) for part in lists.values())):
            return _of_version("2.0" if is_old(lists) else "3.1", lists, name)
    raise BadInput("environment-none", part=name)


def read_xml(open: Open, name: str, max_depth: int) -> Environment:
    """Raises ``BadInput`` where it is no environment, or of another metamodel than 2.0, 3.0 and 3.1."""
    root = xml.opening(open, name)
    tag, namespace = tree.local(root), etree.QName(root).namespace or ""
    version = _version(namespace, name)
    read = old_document if version == "2.0" else tree.document
    lists: dict[str, list[Any]] = {}
    single = _SINGLE.get(tag[:1].upper() + tag[1:])
    try:
        for depth, element in xml.pieces(open, name, max_depth):
            if depth == 3 and single is None:
                parent = element.getparent()
                assert parent is not None
                lists.setdefault(tree.local(parent), []).append(read(element))
                xml.discard(element)
            elif depth == 1 and single is not None:
                lists[single] = [read(element)]
    except RecursionError:
        raise BadInput("xml-too-deep", limit=max_depth) from None
    return _of_version(version, lists, name, namespace)


def _of_version(
    version: Version, lists: dict[str, list[Any]], name: str, namespace: str | None = None
) -> Environment:
    strange = sorted(set(lists) - (_LISTS if version == "2.0" else set(LISTS)))
    if strange:
        raise BadInput("environment-strange", part=name, found=", ".join(strange))
    return Environment(version, renewed(lists) if version == "2.0" else lists, namespace)


def _version(namespace: str, name: str) -> Version:
    found = _NAMESPACE.fullmatch(namespace)
    version = ".".join(found.groups()) if found else ""
    if version == "1.0":
        raise BadInput("metamodel-old", part=name, version=version)
    if version not in NAMESPACES:
        raise BadInput("environment-none", part=name)
    return version  # type: ignore[return-value]


def _utf8(given: bytes) -> bytes:
    """JSON of the field also comes in UTF-16."""
    if not given.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return given
    try:
        return given.decode("utf-16").encode()
    except UnicodeDecodeError as fault:
        raise BadInput("json-unreadable", fault=str(fault)) from None
