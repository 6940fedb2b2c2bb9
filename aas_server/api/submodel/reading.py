"""A submodel as a reader gets it: stored bytes where they will do, last readings laid over where it is bound."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from aas_server.api import answers
from aas_server.api.services import Services
from aas_server.store.contract import Document, Page
from aas_server.twin import views
from aas_server.twin.live import Binding
from aas_server.twin.plain import Json
from aas_server.twin.views import Extent, Level

_BLOB = b'"modelType":"Blob"'
"""In canonical JSON a value that holds this text has its quotes escaped, so only a Blob matches."""


class Reading:
    """Makes bodies and plain JSON of stored submodels."""

    def __init__(self, services: Services) -> None:
        self._overlay = services.overlay

    async def binding(self, document: Document) -> Binding | None:
        """What is bound in it; ``None`` for a submodel that shows no live values."""
        binding = self._overlay.binding(document.id)
        if binding is not None:
            await self._overlay.prepared([binding])
        return binding

    async def bindings_of(self, page: Page) -> Mapping[str, Binding]:
        """The bindings of those submodels of a page that have one."""
        bound = self._overlay.bound()
        found = {one.id: self._overlay.binding(one.id) for one in page.documents if one.id in bound}
        await self._overlay.prepared(found.values())
        return {id: binding for id, binding in found.items() if binding is not None}

    def body(self, document: Document, binding: Binding | None, level: Level, extent: Extent) -> bytes:
        """The submodel's JSON at a level and extent; the stored bytes wherever nothing has to be cut or shown."""
        whole = level == "deep" and (extent == "withBlobValue" or _BLOB not in document.body)
        if whole:
            return document.body if binding is None else self._overlay.laid_over(document.body, binding)
        return msgspec.json.encode(views.cut(self.plain(document, binding), level, extent))

    def plain(self, document: Document, binding: Binding | None) -> Json:
        """The submodel as plain JSON, last readings shown."""
        submodel = answers.decoded(document.body)
        if binding is not None:
            self._overlay.lay_over(submodel, binding)
        return submodel
