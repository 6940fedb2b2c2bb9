"""The last readings, laid over a stored submodel when it is read.

A binding (catalogue section ``binding``, by submodel id) says which element shows which field of which stream:
``{idShortPath: [stream, field]}``. The stored document, its ETag, history and change log never move with the
readings; so whatever shows live values is handed out without an ETag (see ``docs/decisions.md``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import msgspec

from aas_server.errors import NotFound
from aas_server.store.contract import LiveValue, Store
from aas_server.twin.elements import find
from aas_server.twin.plain import Json
from aas_server.twin.xsd import lexical
from connectors.message import Scalar

Binding = dict[str, tuple[str, str]]
"""idShort path → (stream, field)."""


KEPT_SECONDS = 5.0
"""So long a submodel's binding is taken as it was read. It changes when a product is declared, and every read of a
submodel asks for it: in PostgreSQL that would be a second way to the server and back."""
_KEPT = 10_000
"""Submodels whose bindings are remembered at most: some megabytes."""


class Overlay:
    """Shows last readings in place of the stored values."""

    def __init__(self, store: Store, now: Callable[[], float] = time.monotonic) -> None:
        self._catalogue = store.catalogue
        self._live = store.live
        self._now = now
        self._kept: dict[str, tuple[float, Binding | None]] = {}

    def binding(self, submodel: str) -> Binding | None:
        """What is bound in a submodel, ``None`` where nothing is; as it was at most ``KEPT_SECONDS`` ago."""
        kept = self._kept.get(submodel)
        if kept is not None and kept[0] > self._now():
            return kept[1]
        if len(self._kept) >= _KEPT:
            self._kept.clear()
        found = self._read(submodel)
        self._kept[submodel] = self._now() + KEPT_SECONDS, found
        return found

    def _read(self, submodel: str) -> Binding | None:
        try:
            return msgspec.json.decode(self._catalogue.get("binding", submodel), type=Binding)
        except NotFound:
            return None

    def bound(self) -> frozenset[str]:
        """The ids of all submodels that show live values."""
        ids: list[str] = []
        while page := self._catalogue.page("binding", 1000, ids[-1] if ids else ""):
            ids += [id for id, _ in page]
        return frozenset(ids)

    def laid_over(self, body: bytes, binding: Binding) -> bytes:
        """A submodel's JSON with the last readings in it."""
        document: Json = msgspec.json.decode(body)
        self.lay_over(document, binding)
        return msgspec.json.encode(document)

    def lay_over(self, document: Json, binding: Binding) -> None:
        """Put the last readings into a submodel. A reading that does not fit its element's type is not shown, and
        an element that is no longer there is passed over."""
        readings: dict[str, Mapping[str, LiveValue]] = {}
        for path, (stream, name) in binding.items():
            if stream not in readings:
                readings[stream] = self._live.get(stream)
            reading = readings[stream].get(name)
            if reading is not None:
                _show(document, path, reading.value)


def _show(document: Json, path: str, value: Scalar) -> None:
    try:
        element = find(document, path)
    except NotFound:
        return
    if element["modelType"] != "Property":
        return
    shown = lexical(value, element["valueType"])
    if shown is not None:
        element["value"] = shown
    elif value is None:
        element.pop("value", None)
