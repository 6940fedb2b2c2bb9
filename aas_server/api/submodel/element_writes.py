"""Writing the elements of one submodel (IDTA-01002). Conditions are about the submodel's ETag."""

from __future__ import annotations

import asyncio
from dataclasses import replace as with_

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from aas_server.api.bodies import JsonBody, json_object, json_schema
from aas_server.api.conditions import Conditions, ConditionsParameter
from aas_server.api.parameters import IdShortPath, LevelParameter
from aas_server.api.services import routes
from aas_server.api.submodel.patching import Patching
from aas_server.api.submodel.place import ELEMENT, ELEMENTS, Access
from aas_server.api.writing import CREATED, DONE, PUT_ANSWERS, created, done
from aas_server.twin.editing.elements import add, remove, replace
from aas_server.twin.editing.submodels import Draft
from aas_server.twin.elements import find
from aas_server.twin.plain import Json


class ElementWrites:
    """Changes of elements; each is verified and happens whole or not at all."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._max_depth = access.services.settings.max_json_depth
        self._patching = Patching(access)

    def add_to(self, router: APIRouter) -> None:
        """Add the operations that IDTA-01002 knows at the router's prefix."""
        whole, metadata = (json_schema(f"SubmodelElement{form}") for form in ("", "Metadata"))
        value = json_schema("SubmodelElementValue", description="An object, an array or a bare value")
        routes(router, ("POST", ELEMENTS, self.post_submodel_element), responses=CREATED, body=whole)
        routes(router, ("POST", ELEMENT, self.post_submodel_element_by_path), responses=CREATED, body=whole)
        routes(router, ("PUT", ELEMENT, self.put_submodel_element_by_path), responses=PUT_ANSWERS, body=whole)
        routes(router, ("PATCH", ELEMENT, self.patch_submodel_element_by_path), responses=DONE, body=whole)
        routes(
            router, ("PATCH", f"{ELEMENT}/$metadata", self.patch_by_path_metadata), responses=DONE, body=metadata
        )
        routes(router, ("PATCH", f"{ELEMENT}/$value", self.patch_by_path_value_only), responses=DONE, body=value)
        routes(router, ("DELETE", ELEMENT, self.delete_submodel_element_by_path), responses=DONE)

    async def post_submodel_element(
        self, request: Request, body: JsonBody, conditions: ConditionsParameter
    ) -> Response:
        """Put a new element into the submodel; 409 where it has one of this idShort."""
        return await self._post(request, body, conditions, "")

    async def post_submodel_element_by_path(
        self, request: Request, idShortPath: IdShortPath, body: JsonBody, conditions: ConditionsParameter
    ) -> Response:
        """Put a new element into a collection, an entity, an annotated relationship, or at the end of a list."""
        return await self._post(request, body, conditions, idShortPath)

    async def put_submodel_element_by_path(
        self, request: Request, idShortPath: IdShortPath, body: JsonBody, conditions: ConditionsParameter
    ) -> Response:
        """Put an element in place of the one there, or create it (201) where its parent exists."""
        element = await self._given(body)
        drafts: list[Draft] = []

        def edit(draft: Draft) -> None:
            if replace(draft.submodel, idShortPath, element):
                drafts.append(draft)
            else:
                Conditions(none_match=conditions.none_match).check(draft.before.id, draft.before)
            draft.changed.add(idShortPath)

        # Whether there is "nothing yet" is asked of the element, not of its submodel.
        changed = await self._access.edit(request, with_(conditions, none_match=None), edit)
        if not drafts:
            return done(changed.etag)
        return self._created(request, find(drafts[0].submodel, idShortPath), idShortPath, changed.etag)

    async def patch_submodel_element_by_path(
        self,
        request: Request,
        idShortPath: IdShortPath,
        body: JsonBody,
        conditions: ConditionsParameter,
        level: LevelParameter = "core",  # noqa: ARG002 (the body says how deep)
    ) -> Response:
        """Change what is given: attributes are replaced, children are merged by idShort; the rest stays."""
        return await self._patching.whole(request, body, conditions, idShortPath)

    async def patch_by_path_metadata(
        self,
        request: Request,
        idShortPath: IdShortPath,
        body: JsonBody,
        conditions: ConditionsParameter,
        level: LevelParameter = "core",  # noqa: ARG002
    ) -> Response:
        """Change the attributes that are given; value and children stay."""
        return await self._patching.metadata(request, body, conditions, idShortPath)

    async def patch_by_path_value_only(
        self,
        request: Request,
        idShortPath: IdShortPath,
        body: JsonBody,
        conditions: ConditionsParameter,
        level: LevelParameter = "core",  # noqa: ARG002
    ) -> Response:
        """Set the value: of a property a bare JSON value, number or text; numbers keep their digits."""
        return await self._patching.value(request, body, conditions, idShortPath)

    async def delete_submodel_element_by_path(
        self, request: Request, idShortPath: IdShortPath, conditions: ConditionsParameter
    ) -> Response:
        """Remove an element and what is below it; in a list those behind it move up."""

        def edit(draft: Draft) -> None:
            remove(draft.submodel, idShortPath)

        return done((await self._access.edit(request, conditions, edit)).etag)

    async def _post(self, request: Request, body: bytes, conditions: Conditions, parent: str) -> Response:
        element = await self._given(body)
        added: list[tuple[Draft, str]] = []

        def edit(draft: Draft) -> None:
            path = add(draft.submodel, parent, element)
            draft.changed.add(path)
            added.append((draft, path))

        changed = await self._access.edit(request, conditions, edit)
        draft, path = added[0]
        return self._created(request, find(draft.submodel, path), path, changed.etag)

    async def _given(self, body: bytes) -> Json:
        return await asyncio.to_thread(json_object, body, "SubmodelElement", self._max_depth)

    def _created(self, request: Request, element: Json, path: str, etag: str | None) -> Response:
        return created(msgspec.json.encode(element), self._access.location(request, path), etag)
