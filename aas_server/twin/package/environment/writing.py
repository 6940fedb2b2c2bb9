"""An environment written document by document, so that none but the one at hand is in memory."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, BinaryIO, Literal, TypeAlias

import aas_core3.jsonization
import aas_core3.verification
import aas_core3.xmlization
import aas_core3_1.jsonization
import aas_core3_1.verification
import aas_core3_1.xmlization
import msgspec

from aas_server.errors import BadInput
from aas_server.store.contract import Kind
from aas_server.twin.metamodel import LISTS, json_path
from aas_server.twin.package.environment.edition import as_3_0
from aas_server.twin.package.environment.reading import NAMESPACES
from aas_server.twin.plain import Json

Metamodel: TypeAlias = Literal["3.0", "3.1"]
Form: TypeAlias = Literal["xml", "json"]

_LIBRARIES: Mapping[Metamodel, tuple[Any, Any, Any]] = {
    "3.0": (aas_core3.jsonization, aas_core3.verification, aas_core3.xmlization),
    "3.1": (aas_core3_1.jsonization, aas_core3_1.verification, aas_core3_1.xmlization),
}
_NAMES = {kind: name for name, kind in LISTS.items()}
_READERS: Mapping[str, str] = {
    "shell": "asset_administration_shell_from_jsonable",
    "submodel": "submodel_from_jsonable",
    "concept-description": "concept_description_from_jsonable",
}


class EnvironmentWriter:
    """Writes shells, then submodels, then concept descriptions to ``target``, each verified by the library of its
    metamodel."""

    def __init__(self, target: BinaryIO, form: Form, metamodel: Metamodel) -> None:
        self._target = target
        self._metamodel = metamodel
        self._xml = form == "xml"
        self._list: str | None = None
        if self._xml:
            head = f'<?xml version="1.0" encoding="UTF-8"?>\n<environment xmlns="{NAMESPACES[metamodel]}">'
            target.write(head.encode())
        else:
            target.write(b"{")

    def put(self, kind: Kind, document: Json) -> None:
        """Write one document. Raises ``BadInput`` (``export-invalid``) with path and constraint where it does not
        fit the metamodel."""
        instance = self._instance(kind, document)
        name = _NAMES[kind]
        new = name != self._list
        if new:
            self._end_list(last=False)
            self._list = name
            self._target.write(f"<{name}>".encode() if self._xml else f'"{name}":['.encode())
        if self._xml:
            text = io.StringIO(newline="")
            _LIBRARIES[self._metamodel][2].write(instance, text)
            # The environment around it has declared the namespace.
            declared = f' xmlns="{NAMESPACES[self._metamodel]}"'
            # A reader makes a bare carriage return a line feed (XML 1.0, 2.11); aas-core writes it bare.
            self._target.write(text.getvalue().replace(declared, "", 1).replace("\r", "&#xD;").encode())
        else:
            plain = _LIBRARIES[self._metamodel][0].to_jsonable(instance)
            self._target.write((b"" if new else b",") + msgspec.json.encode(plain))

    def end(self) -> None:
        """Write what closes the environment."""
        self._end_list(last=True)
        self._target.write(b"</environment>" if self._xml else b"}")

    def _end_list(self, last: bool) -> None:
        if self._list is not None:
            self._target.write(f"</{self._list}>".encode() if self._xml else b"]" if last else b"],")

    def _instance(self, kind: Kind, document: Json) -> Any:
        jsonization, verification, _ = _LIBRARIES[self._metamodel]
        plain = as_3_0(document) if self._metamodel == "3.0" else document
        id = str(document.get("id", "?"))
        try:
            instance = getattr(jsonization, _READERS[kind])(plain)
        except jsonization.DeserializationException as fault:
            raise self._invalid(kind, id, str(fault.path), fault.cause) from None
        for error in verification.verify(instance):
            raise self._invalid(kind, id, str(error.path), error.cause)
        return instance

    def _invalid(self, kind: Kind, id: str, path: str, fault: str) -> BadInput:
        place = f"{kind} {id} {json_path(path)}".rstrip()
        return BadInput("export-invalid", metamodel=self._metamodel, path=place, fault=fault)
