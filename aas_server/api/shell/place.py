"""Where a request finds its shell, and how a part of it is changed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from starlette.requests import Request

from aas_server import ids
from aas_server.api import answers
from aas_server.api.conditions import Conditions
from aas_server.api.parameters import AasIdentifier
from aas_server.api.services import Services
from aas_server.errors import NotFound
from aas_server.store.contract import Document
from aas_server.twin.metamodel import Verified, verified
from aas_server.twin.plain import Json
from aas_server.twin.repository import Changed

Edit = Callable[[Json], None]
"""Changes a shell's plain JSON in place."""


class ShellPlace(Protocol):
    """One prefix below which a shell is served."""

    @property
    def parameters(self) -> Callable[..., Awaitable[None]]:
        """A dependency whose signature declares the prefix's path parameters (for OpenAPI)."""
        ...

    async def shell(self, request: Request) -> str:
        """The shell's id. Raises ``BadInput`` where it is none, ``NotFound`` where nothing is served here."""
        ...


class NamedShell:
    """Below ``…/{aasIdentifier}``."""

    @property
    def parameters(self) -> Callable[..., Awaitable[None]]:
        return _aas_identifier

    async def shell(self, request: Request) -> str:
        return ids.decode(request.path_params["aasIdentifier"])


class ShellAccess:
    """Reads and changes the shell of a request, wherever it is served."""

    def __init__(self, services: Services, place: ShellPlace) -> None:
        self.services = services
        self.id = place.shell

    async def stored(self, request: Request) -> Document:
        """Raises ``NotFound``."""
        return await self.services.repository.get("shell", await self.id(request))

    async def change(
        self,
        request: Request,
        conditions: Conditions,
        edit: Edit,
        check: Callable[[Verified], None] = lambda _: None,
    ) -> Changed:
        """Change a part of the shell, all or nothing. Raises ``NotFound``, ``BadInput`` where the result breaks
        the metamodel, and what ``edit`` raises or, of the result, ``check``."""
        id = await self.id(request)

        def whole(before: Document | None) -> Verified:
            shell = edited(id, before, conditions, edit)
            check(shell)
            return shell

        return await self.services.repository.change("shell", id, whole)


def edited(id: str, before: Document | None, conditions: Conditions, edit: Edit) -> Verified:
    """A shell after an edit, verified."""
    if before is None:
        raise NotFound("document-not-found", kind="shell", id=id)
    conditions.check(id, before)
    plain = answers.decoded(before.body)
    edit(plain)
    return verified("shell", plain)


async def _aas_identifier(aasIdentifier: AasIdentifier) -> None:
    """Declares the parameter; the operations ask the place."""
