"""Changes of a submodel, or of one of its elements, by what a body gives (PATCH, IDTA-01002)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from aas_server.api.bodies import json_object
from aas_server.api.conditions import Conditions
from aas_server.api.submodel import former
from aas_server.api.submodel.place import Access
from aas_server.api.writing import done
from aas_server.twin.editing.elements import merge, merge_metadata
from aas_server.twin.editing.submodels import Draft
from aas_server.twin.editing.values import decode_value, set_value
from aas_server.twin.elements import find
from aas_server.twin.plain import Json

Merge = Callable[[Json, Json, str], None]
"""Merges what is given into a submodel or element, whose path comes last."""


class Patching:
    """``path`` leads to an element; ``""`` means the submodel itself."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._max_depth = access.services.settings.max_json_depth
        self._former = access.services.version == "3.0"

    async def whole(self, request: Request, body: bytes, conditions: Conditions, path: str = "") -> Response:
        """Attributes that are given are replaced, children merged; the rest stays."""
        return await self._merged(request, body, conditions, path, merge, "")

    async def metadata(self, request: Request, body: bytes, conditions: Conditions, path: str = "") -> Response:
        """Attributes that are given are replaced; values and children stay."""
        return await self._merged(request, body, conditions, path, merge_metadata, "Metadata")

    async def value(self, request: Request, body: bytes, conditions: Conditions, path: str = "") -> Response:
        """Values that are given are set; numbers keep their digits."""
        given = await asyncio.to_thread(decode_value, body, self._max_depth)

        def edit(draft: Draft) -> None:
            place = _at(draft.submodel, path)
            value = former.unnamed(place, given) if self._former and path else given
            draft.changed.update(set_value(place, value, path))

        return done((await self._access.edit(request, conditions, edit)).etag)

    async def _merged(
        self, request: Request, body: bytes, conditions: Conditions, path: str, merging: Merge, form: str
    ) -> Response:
        name = f"{'SubmodelElement' if path else 'Submodel'}{form}"
        given = await asyncio.to_thread(json_object, body, name, self._max_depth)

        def edit(draft: Draft) -> None:
            merging(_at(draft.submodel, path), given, path)
            draft.changed.add(path)

        return done((await self._access.edit(request, conditions, edit)).etag)


def _at(submodel: Json, path: str) -> Json:
    return find(submodel, path) if path else submodel
