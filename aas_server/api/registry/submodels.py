"""Submodel Registry (IDTA-01002)."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from aas_server import ids
from aas_server.api.bodies import JsonBody, json_schema
from aas_server.api.conditions import ConditionsParameter
from aas_server.api.parameters import CursorParameter, LimitParameter, SubmodelIdentifier
from aas_server.api.registry.descriptors import Descriptors
from aas_server.api.services import Services, route
from aas_server.api.writing import CREATED, DONE, PUT_ANSWERS


class SubmodelRegistry:
    """Descriptors of submodels: of each that is stored here, and those that others registered."""

    def __init__(self, services: Services) -> None:
        self._descriptors = Descriptors(services, "submodel")

    def router(self) -> APIRouter:
        router = APIRouter(tags=["Submodel Registry"])
        every, one = "/submodel-descriptors", "/submodel-descriptors/{submodelIdentifier}"
        body = json_schema("SubmodelDescriptor")
        route(router, "GET", every, self.get_all_submodel_descriptors)
        route(router, "POST", every, self.post_submodel_descriptor, CREATED, body)
        route(router, "GET", one, self.get_submodel_descriptor_by_id)
        route(router, "PUT", one, self.put_submodel_descriptor_by_id, PUT_ANSWERS, body)
        route(router, "DELETE", one, self.delete_submodel_descriptor_by_id, DONE)
        return router

    async def get_all_submodel_descriptors(
        self, request: Request, limit: LimitParameter = None, cursor: CursorParameter = None
    ) -> Response:
        """Descriptors in order of creation."""
        return await self._descriptors.page(request, limit, cursor)

    async def post_submodel_descriptor(
        self, request: Request, body: JsonBody, conditions: ConditionsParameter
    ) -> Response:
        """Register a submodel that is stored elsewhere; 409 where there is a descriptor of it."""
        return await self._descriptors.create(request, body, conditions)

    async def get_submodel_descriptor_by_id(
        self, request: Request, submodelIdentifier: SubmodelIdentifier
    ) -> Response:
        """One descriptor."""
        return await self._descriptors.one(request, ids.decode(submodelIdentifier))

    async def put_submodel_descriptor_by_id(
        self,
        request: Request,
        submodelIdentifier: SubmodelIdentifier,
        body: JsonBody,
        conditions: ConditionsParameter,
    ) -> Response:
        """Register a descriptor, in place of the one that is shown."""
        return await self._descriptors.replace(request, ids.decode(submodelIdentifier), body, conditions)

    async def delete_submodel_descriptor_by_id(
        self, request: Request, submodelIdentifier: SubmodelIdentifier, conditions: ConditionsParameter
    ) -> Response:
        """Remove a registered descriptor; that of a submodel stored here goes with the submodel (409)."""
        return await self._descriptors.delete(request, ids.decode(submodelIdentifier), conditions)
