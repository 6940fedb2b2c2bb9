"""Where a request finds its submodel: the same operations are served in several places of the address space."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from starlette.requests import Request

from aas_server import ids
from aas_server.api import answers
from aas_server.api.conditions import Conditions
from aas_server.api.parameters import AasIdentifier, SubmodelIdentifier
from aas_server.api.services import Services
from aas_server.api.submodel.reading import Reading
from aas_server.errors import NotFound
from aas_server.store.contract import Document
from aas_server.twin import partial
from aas_server.twin.editing.submodels import Edit, Submodels
from aas_server.twin.elements import find
from aas_server.twin.plain import Json
from aas_server.twin.references import submodel_ids
from aas_server.twin.repository import Changed

ELEMENTS = "/submodel-elements"
ELEMENT = f"{ELEMENTS}/{{idShortPath}}"


@dataclass(frozen=True, slots=True)
class Target:
    """What a request is about: a submodel's id and, on a superpath, the id of the shell that must refer to it."""

    submodel: str
    shell: str | None = None


class Place(Protocol):
    """One prefix below which a submodel is served."""

    @property
    def parameters(self) -> Callable[..., Awaitable[None]]:
        """A dependency whose signature declares the prefix's path parameters (for OpenAPI)."""
        ...

    async def target(self, request: Request) -> Target:
        """Raises ``BadInput`` where an id is none, ``NotFound`` where nothing is served here."""
        ...


class BySubmodel:
    """Below ``…/{submodelIdentifier}``."""

    @property
    def parameters(self) -> Callable[..., Awaitable[None]]:
        return _submodel_identifier

    async def target(self, request: Request) -> Target:
        return Target(ids.decode(request.path_params["submodelIdentifier"]))


class ByShell:
    """The superpath: below ``…/{aasIdentifier}/submodels/{submodelIdentifier}``."""

    @property
    def parameters(self) -> Callable[..., Awaitable[None]]:
        return _shell_and_submodel_identifier

    async def target(self, request: Request) -> Target:
        given = request.path_params
        return Target(ids.decode(given["submodelIdentifier"]), ids.decode(given["aasIdentifier"]))


class Access:
    """Reads the submodel of a request, wherever it is served."""

    def __init__(self, services: Services, place: Place) -> None:
        self.services = services
        self.reading = Reading(services)
        self.writing = Submodels(services.repository, services.settings.max_json_depth)
        self.target = place.target

    async def stored(self, request: Request, *, whole: bool = True) -> Document:
        """The submodel, or with ``whole=False`` its metadata; below a shell only one that the shell refers to.
        Raises ``NotFound``."""
        target = await self.target(request)
        if target.shell is not None:
            owner = await self.services.repository.get("shell", target.shell)
            if target.submodel not in submodel_ids(answers.decoded(owner.body)):
                raise NotFound("submodel-not-of-shell", submodel=target.submodel, shell=owner.id)
        return await self.services.repository.get("submodel", target.submodel, whole=whole)

    async def plain(self, request: Request) -> tuple[Json, str]:
        """The submodel as it is stored, and its ETag."""
        stored = await self.stored(request)
        return answers.decoded(stored.body), stored.etag

    async def shown(self, request: Request) -> tuple[Json, str | None]:
        """The submodel with the last readings, and its ETag where it shows none."""
        stored = await self.stored(request)
        binding = await self.reading.binding(stored)
        return self.reading.plain(stored, binding), None if binding else stored.etag

    async def element(self, request: Request, path: str) -> tuple[Json, str | None]:
        """One element with its last readings, and the submodel's ETag where that shows none."""
        stored = await self.stored(request)
        binding = await self.reading.binding(stored)
        if binding is None:
            return partial.element(stored.body, path), stored.etag
        return find(self.reading.plain(stored, binding), path), None

    async def edit(self, request: Request, conditions: Conditions, edit: Edit) -> Changed:
        """Change a part of the submodel, all or nothing. Raises ``NotFound``, ``PreconditionFailed``, ``BadInput``
        where the result breaks the metamodel, and what ``edit`` raises."""
        target = await self.target(request)
        return await self.writing.edit(target.submodel, edit, conditions.check, target.shell)

    def location(self, request: Request, path: str | None = None) -> str:
        """The absolute address of the submodel or, with ``path``, of its element."""
        asked: str = request.scope["path"].removeprefix(request.scope.get("root_path", "")).rstrip("/")
        if path is not None:
            asked = f"{asked.partition(ELEMENTS)[0]}{ELEMENTS}/{path}"
        return self.services.address.url(request, quote(asked, safe="/+=$"))


async def _submodel_identifier(submodelIdentifier: SubmodelIdentifier) -> None:
    """Declares the parameter; the operations ask the place."""


async def _shell_and_submodel_identifier(
    aasIdentifier: AasIdentifier, submodelIdentifier: SubmodelIdentifier
) -> None:
    """Declares the parameters; the operations ask the place."""
