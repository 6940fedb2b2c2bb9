"""What changed, as CloudEvents 1.0: made from the change log when it is read, so an event can't be missing.

Types, members of ``data`` and the two presentations follow the Event Feed API proposed for the AAS API (issue 557
of its specification, as other AAS servers serve it). An event names what changed; ``data`` says which documents
belong to it *now*, not how it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from aas_server.clock import iso
from aas_server.store.contract import Change, Documents, Kind

Event = dict[str, Any]
"""A CloudEvent in JSON's structured form."""
Presentation = Literal["REGULAR", "COMPACT"]

_FAMILY: Mapping[Kind, tuple[str, str, str]] = {
    "shell": ("aas", "aasId", "shells"),
    "submodel": ("submodel", "submodelId", "submodels"),
    "concept-description": ("conceptdescription", "conceptDescriptionId", "concept-descriptions"),
}
"""Kind → word in the type, member that bears the id, path of the API. Concept descriptions are our addition."""
TYPES = tuple(
    f"io.admin-shell.{word}.{what}.v1"
    for word in ("aas", "asset", "submodel", "conceptdescription")
    for what in ("created", "updated", "deleted")
)


class _Key(msgspec.Struct):
    value: str


class _Reference(msgspec.Struct):
    keys: list[_Key]


class _Asset(msgspec.Struct):
    globalAssetId: str | None = None


class _Known(msgspec.Struct):
    """What an event tells of a document beside its id."""

    assetInformation: _Asset | None = None
    submodels: list[_Reference] = []
    semanticId: _Reference | None = None


async def events_of(
    documents: Documents, changes: Sequence[Change], base_url: str, presentation: Presentation = "REGULAR"
) -> list[Event]:
    """The events of changes, in their order; a change of a shell with an asset is one of the asset, too. Changes
    of what others registered are none. ``base_url``: where readers reach the API."""
    known = await _known(documents, changes)
    events: list[Event] = []
    for change in changes:
        if change.kind in _FAMILY:
            events += _events(change, known.get((change.kind, change.id)), base_url, presentation)
    return events


async def _known(documents: Documents, changes: Sequence[Change]) -> Mapping[tuple[Kind, str], _Known]:
    found: dict[tuple[Kind, str], _Known] = {}
    kinds: tuple[Kind, ...] = ("shell", "submodel")
    for kind in kinds:
        ids = sorted({change.id for change in changes if change.kind == kind and change.what != "deleted"})
        if ids:
            for id, document in (await documents.several(kind, ids, whole=False)).items():
                found[kind, id] = msgspec.json.decode(document.body, type=_Known)
    return found


def _events(change: Change, known: _Known | None, base_url: str, presentation: Presentation) -> list[Event]:
    word, member, path = _FAMILY[change.kind]
    data: dict[str, Any] = {member: change.id}
    asset = known.assetInformation.globalAssetId if known and known.assetInformation else None
    if presentation == "REGULAR" and known is not None:
        data |= _related(change.kind, known, asset)
    events = [_event(change, str(change.position), word, change.id, f"{base_url}/{path}", base_url, data)]
    if asset:
        of_asset = {"globalAssetId": asset, **data} if presentation == "REGULAR" else {"globalAssetId": asset}
        id = f"{change.position}-asset"
        events.append(_event(change, id, "asset", asset, f"{base_url}/lookup/shells", base_url, of_asset))
    return events


def _related(kind: Kind, known: _Known, asset: str | None) -> dict[str, Any]:
    if kind == "shell":
        submodels = [{"submodelId": one.keys[-1].value} for one in known.submodels if one.keys]
        return {**({"globalAssetId": asset} if asset else {}), "submodels": submodels}
    semantic = known.semanticId.keys if known.semanticId else []
    return {"semanticId": semantic[0].value} if semantic else {}


def _event(
    change: Change, id: str, word: str, subject: str, source: str, base_url: str, data: Mapping[str, Any]
) -> Event:
    return {
        "specversion": "1.0",
        "id": id,
        "type": f"io.admin-shell.{word}.{change.what}.v1",
        "source": source,
        "subject": subject,
        "time": iso(change.time),
        "datacontenttype": "application/json",
        "dataschema": f"{base_url}/.well-known/event-feed/schemas/{schema_name(word)}",
        "data": data,
    }


def schema_name(word: str) -> str:
    """The file that describes ``data`` of a family of events."""
    return f"{word}-change-event.v1.schema.json"


def position_of(event_id: str) -> int | None:
    """Where an event's change stands in the log; ``None`` for what is no id of ours."""
    number, _, rest = event_id.partition("-")
    return int(number) if number.isdecimal() and len(number) < 19 and rest in ("", "asset") else None
