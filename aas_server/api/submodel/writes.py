"""Writing one submodel (IDTA-01002): whole, its metadata, its values."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from aas_server.api.bodies import JsonBody, json_schema
from aas_server.api.conditions import ConditionsParameter
from aas_server.api.parameters import LevelParameter
from aas_server.api.services import routes
from aas_server.api.submodel.patching import Patching
from aas_server.api.submodel.place import Access
from aas_server.api.writing import DONE, PUT_ANSWERS, created, done


class SubmodelWrites:
    """Changes of a submodel; each is verified and happens whole or not at all."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._patching = Patching(access)

    def add_to(self, router: APIRouter) -> None:
        """Add the operations that IDTA-01002 knows at the router's prefix."""
        whole, metadata, value = (json_schema(f"Submodel{form}") for form in ("", "Metadata", "Value"))
        routes(router, ("PUT", "", self.put_submodel), responses=PUT_ANSWERS, body=whole)
        routes(router, ("PATCH", "", self.patch_submodel), responses=DONE, body=whole)
        routes(router, ("PATCH", "/$metadata", self.patch_submodel_metadata), responses=DONE, body=metadata)
        routes(router, ("PATCH", "/$value", self.patch_submodel_value_only), responses=DONE, body=value)
        routes(router, ("DELETE", "", self.delete_submodel), responses=DONE)

    async def put_submodel(self, request: Request, body: JsonBody, conditions: ConditionsParameter) -> Response:
        """Put a submodel in place of the one there, or create it (201); a shell refers to one created below it."""
        target = await self._access.target(request)
        changed = await self._access.writing.replace(target.submodel, body, conditions.check, target.shell)
        if changed.outcome != "created" or changed.document is None:
            return done(changed.etag)
        return created(changed.document.body, self._access.location(request), changed.etag)

    async def patch_submodel(
        self,
        request: Request,
        body: JsonBody,
        conditions: ConditionsParameter,
        level: LevelParameter = "core",  # noqa: ARG002 (the body says how deep)
    ) -> Response:
        """Change what is given: attributes are replaced, elements are merged by idShort; the rest stays."""
        return await self._patching.whole(request, body, conditions)

    async def patch_submodel_metadata(
        self,
        request: Request,
        body: JsonBody,
        conditions: ConditionsParameter,
        level: LevelParameter = "core",  # noqa: ARG002
    ) -> Response:
        """Change the attributes that are given; the elements stay."""
        return await self._patching.metadata(request, body, conditions)

    async def patch_submodel_value_only(
        self,
        request: Request,
        body: JsonBody,
        conditions: ConditionsParameter,
        level: LevelParameter = "core",  # noqa: ARG002
    ) -> Response:
        """Set the values that are named; numbers keep their digits."""
        return await self._patching.value(request, body, conditions)

    async def delete_submodel(self, request: Request, conditions: ConditionsParameter) -> Response:
        """Remove the submodel and what is attached to it; below a shell its reference goes, too."""
        target = await self._access.target(request)
        await self._access.writing.delete(target.submodel, conditions.check, target.shell)
        return done(None)
