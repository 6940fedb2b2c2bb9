"""The last readings, laid over a stored submodel when it is read.

A binding (catalogue section ``binding``, by submodel id) says which element shows which field of which stream:
``{idShortPath: [stream, field]}``. The stored document, its ETag, history and change log never move with the
readings; so whatever shows live values is handed out without an ETag (see ``docs/decisions.md``). A TimeSeries
shows what its stream holds by now (see ``twin.series.current``).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import msgspec

from aas_server.clock import from_ns, iso
from aas_server.errors import NotFound
from aas_server.store.contract import LiveValue, Store
from aas_server.store.sections import everything
from aas_server.twin.elements import find
from aas_server.twin.plain import Json
from aas_server.twin.series import sources
from aas_server.twin.series.current import Current
from aas_server.twin.xsd import lexical


@dataclass(frozen=True, slots=True)
class Binding:
    """``elements``: idShort path → (stream, field). ``series``: the stream that a TimeSeries describes."""

    elements: Mapping[str, tuple[str, str]]
    series: str | None = None


KEPT_SECONDS = 5.0
"""So long a submodel's binding is taken as it was read. It changes when a product is declared, and every read of a
submodel asks for it: in PostgreSQL that would be a second way to the server and back."""
TIME = "time"
"""The extension of a live Property that says when its value was read: the metamodel has no other place for it that
every client passes over (a qualifier would change what the value means)."""
_KEPT = 10_000
"""Submodels whose bindings are remembered at most: some megabytes."""


class Overlay:
    """Shows last readings in place of the stored values."""

    def __init__(self, store: Store, now: Callable[[], float] = time.monotonic) -> None:
        self._catalogue = store.catalogue
        self._live = store.live
        self._current = Current(store, now)
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
        series = sources.stream_of(self._catalogue, submodel)
        try:
            body = self._catalogue.get("binding", submodel)
        except NotFound:
            return None if series is None else Binding({}, series)
        return Binding(msgspec.json.decode(body, type=dict[str, tuple[str, str]]), series)

    async def prepared(self, bindings: Iterable[Binding | None]) -> None:
        """Read what is read from files before it is laid over, beside the event loop."""
        for binding in bindings:
            if binding is not None and binding.series is not None and not self._current.is_fresh(binding.series):
                await asyncio.to_thread(self._current.refresh, binding.series)

    def bound(self) -> frozenset[str]:
        """The ids of all submodels that show live values."""
        found: set[str] = set()
        for section in ("binding", "series"):
            found.update(id for id, _ in everything(self._catalogue, section))
        return frozenset(found)

    def laid_over(self, body: bytes, binding: Binding) -> bytes:
        """A submodel's JSON with the last readings in it."""
        document: Json = msgspec.json.decode(body)
        self.lay_over(document, binding)
        return msgspec.json.encode(document)

    def lay_over(self, document: Json, binding: Binding) -> None:
        """Put the last readings into a submodel. A reading that does not fit its element's type is not shown, and
        an element that is no longer there is passed over."""
        if binding.series is not None:
            self._current.lay_over(document, binding.series)
        readings: dict[str, Mapping[str, LiveValue]] = {}
        for path, (stream, name) in binding.elements.items():
            if stream not in readings:
                readings[stream] = self._live.get(stream)
            reading = readings[stream].get(name)
            if reading is not None:
                _show(document, path, reading)


def _show(document: Json, path: str, reading: LiveValue) -> None:
    try:
        element = find(document, path)
    except NotFound:
        return
    if element["modelType"] != "Property":
        return
    shown = lexical(reading.value, element["valueType"])
    if shown is not None:
        element["value"] = shown
    elif reading.value is None:
        element.pop("value", None)
    else:
        return
    others = [one for one in element.get("extensions", ()) if one.get("name") != TIME]
    time = {"name": TIME, "valueType": "xs:dateTime", "value": iso(from_ns(reading.time))}
    element["extensions"] = [*others, time]
