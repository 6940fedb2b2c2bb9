"""The reads that viewers make by the thousand, ahead of the router: one shell, one submodel, one value.

They are the very functions that the router would call, found without trying hundreds of routes and without
validating parameters that are not there: any query goes the long way. Measured by ``tests/bench/reads.py``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from aas_server.api.errors import result_of
from aas_server.api.services import Services
from aas_server.api.shell.place import NamedShell, ShellAccess
from aas_server.api.shell.service import Shell
from aas_server.api.submodel.element_reads import ElementReads
from aas_server.api.submodel.place import Access, BySubmodel
from aas_server.api.submodel.reads import SubmodelReads
from aas_server.errors import AasError

Found = tuple[Callable[[Request], Awaitable[Response]], dict[str, str]]
"""An operation and the parameters in its path."""


class HotReads:
    """ASGI layer between the guard and ``app``, which answers whatever is not hot."""

    def __init__(self, app: ASGIApp, services: Mapping[str, Services]) -> None:
        """``services`` by where their version is mounted (``/api/v3.1``)."""
        self._app = app
        self._versions = {mount.removeprefix("/api/"): _Version(one) for mount, one in services.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._find(scope)
        if found is None:
            await self._app(scope, receive, send)
            return
        operation, parameters = found
        request = Request({**scope, "path_params": parameters}, receive)
        answering: ASGIApp
        try:
            answering = await operation(request)
        except AasError as error:
            answering = result_of(error, request.headers.get("accept-language"))
        except Exception:
            # The long way fails in the same place, and there it is logged and answered as a Result.
            answering = self._app
        await answering(scope, receive, send)

    def _find(self, scope: Scope) -> Found | None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["query_string"]:
            return None
        parts = scope["path"].split("/")
        if len(parts) < 5 or parts[1] != "api" or parts[2] not in self._versions:
            return None
        return self._versions[parts[2]].find(parts[3:])


class _Version:
    """The hot operations of one version."""

    def __init__(self, services: Services) -> None:
        access = Access(services, BySubmodel())
        self._shell = Shell(ShellAccess(services, NamedShell())).get_asset_administration_shell
        self._submodel = SubmodelReads(access).get_submodel
        self._value = ElementReads(access).get_by_path_value_only

    def find(self, parts: list[str]) -> Found | None:
        """``parts`` of the path below the version."""
        match parts:
            case ["shells", id] if _is_id(id):
                return self._shell, {"aasIdentifier": id}
            case ["submodels", id] if _is_id(id):
                return self._submodel, {"submodelIdentifier": id}
            case ["submodels", id, "submodel-elements", path, "$value"] if path:
                parameters = {"submodelIdentifier": id, "idShortPath": path}
                return lambda request: self._value(request, path), parameters
        return None


def _is_id(part: str) -> bool:
    """Not the list with a slash after it, nor a form of the whole list (``$reference``)."""
    return part != "" and part[0] != "$"
