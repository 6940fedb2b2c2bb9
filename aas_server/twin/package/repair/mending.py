"""Documents of the field as documents that verify: mended without guessing, and all of it reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from aas_server.store.contract import Kind
from aas_server.twin.metamodel import faults
from aas_server.twin.package.environment.reading import Number
from aas_server.twin.package.repair.id_shorts import NewNames, follow, legalised
from aas_server.twin.package.repair.last_resort import derived_id, forced
from aas_server.twin.package.repair.notes import Notes, Repair
from aas_server.twin.package.repair.shape import shaped
from aas_server.twin.plain import Json

_CLASSES: Mapping[Kind, str] = {
    "shell": "AssetAdministrationShell",
    "submodel": "Submodel",
    "concept-description": "ConceptDescription",
}


@dataclass(frozen=True, slots=True)
class Mended:
    documents: tuple[tuple[Kind, Json], ...]
    repairs: tuple[Repair, ...]
    findings: tuple[Repair, ...]


def mended(found: Sequence[tuple[Kind, Json]]) -> Mended:
    """Documents that verify; of equal ones the first. One that verifies as it is is not touched, unless it refers
    to an element that got another idShort."""
    repairs = _Repairs()
    for kind, given in found:
        repairs.take(kind, given)
    return repairs.done()


class _Repairs:
    def __init__(self) -> None:
        self._documents: list[Json] = []
        self._notes: list[Notes] = []
        self._faulty: set[int] = set()
        self._new_names: NewNames = {}
        self._known: dict[tuple[Kind, str, bytes], int] = {}

    def take(self, kind: Kind, given: Json) -> None:
        notes = Notes(kind, "")
        document = self._identified(given, notes)
        clean = not faults(kind, document)
        if not clean:
            document = shaped(document, _CLASSES[kind], notes)
            self._new_names |= legalised(document, notes)
        notes.id = document["id"]
        digest = sha256(msgspec.json.encode(document, enc_hook=str, order="sorted")).digest()
        twin = self._known.setdefault((kind, notes.id, digest), len(self._documents))
        if twin < len(self._documents):
            self._notes[twin].repairs += [one for one in notes.repairs if one not in self._notes[twin].repairs]
            return
        if not clean:
            self._faulty.add(len(self._documents))
        self._documents.append(document)
        self._notes.append(notes)

    def done(self) -> Mended:
        for number, path, given, now in follow(self._documents, self._new_names):
            self._notes[number].mended(path, "repair-followed", given=given, now=now)
        for number in self._faulty:
            self._documents[number] = forced(self._documents[number], self._notes[number])
        return Mended(
            tuple((notes.kind, document) for notes, document in zip(self._notes, self._documents, strict=True)),
            tuple(one for notes in self._notes for one in _under(notes.id, notes.repairs)),
            tuple(one for notes in self._notes for one in _under(notes.id, notes.findings)),
        )

    def _identified(self, given: Json, notes: Notes) -> Json:
        id = given.get("id")
        if isinstance(id, str) and id.strip():
            return given
        now = str(id) if isinstance(id, int | Number) else derived_id(given)
        notes.mended("id", "repair-id-derived", now=now)
        others = {name: part for name, part in given.items() if name != "id"}
        return {"id": now} | others | ({"id#2": id} if isinstance(id, dict | list) else {})


def _under(id: str, repairs: Sequence[Repair]) -> list[Repair]:
    """Repairs of a document, by the id that it has in the end."""
    return [Repair(one.kind, id, one.path, one.key, one.values) for one in repairs]
