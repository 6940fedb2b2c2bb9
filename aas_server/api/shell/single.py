"""The services of a single shell (``/aas``) and a single submodel (``/submodel``): the one that a setting names,
else the first one stored."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request

from aas_server import ids
from aas_server.api.parameters import SubmodelIdentifier
from aas_server.api.services import Services
from aas_server.api.submodel.place import Target
from aas_server.errors import NotFound


class SingleShell:
    """The place ``/aas``."""

    def __init__(self, services: Services) -> None:
        self._repository = services.repository
        self._named = services.settings.single_shell

    @property
    def parameters(self) -> Callable[..., Awaitable[None]]:
        return _none

    async def shell(self, _request: Request) -> str:
        if self._named is not None:
            return self._named
        for first in (await self._repository.page("shell", 1, whole=False)).documents:
            return first.id
        raise NotFound("single-missing", kind="shell", path="/aas", setting="single_shell")


class OfSingleShell:
    """The place ``/aas/submodels/{submodelIdentifier}``."""

    def __init__(self, services: Services) -> None:
        self._single = SingleShell(services)

    @property
    def parameters(self) -> Callable[..., Awaitable[None]]:
        return _submodel_identifier

    async def target(self, request: Request) -> Target:
        submodel = ids.decode(request.path_params["submodelIdentifier"])
        return Target(submodel, await self._single.shell(request))


class SingleSubmodel:
    """The place ``/submodel``."""

    def __init__(self, services: Services) -> None:
        self._repository = services.repository
        self._named = services.settings.single_submodel

    @property
    def parameters(self) -> Callable[..., Awaitable[None]]:
        return _none

    async def target(self, _request: Request) -> Target:
        if self._named is not None:
            return Target(self._named)
        for first in (await self._repository.page("submodel", 1, whole=False)).documents:
            return Target(first.id)
        raise NotFound("single-missing", kind="submodel", path="/submodel", setting="single_submodel")


async def _none() -> None:
    """There are no parameters in the path."""


async def _submodel_identifier(submodelIdentifier: SubmodelIdentifier) -> None:
    """Declares the parameter; the operations ask the place."""
