"""What the services stand on, and how an operation becomes a route."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import APIRouter
from starlette.responses import Response
from starlette.routing import Route

from aas_server.api.address import Address
from aas_server.api.answers import ANY_JSON
from aas_server.api.docs import summary
from aas_server.api.operations import operations
from aas_server.api.parameters import Paging
from aas_server.settings import Settings
from aas_server.store.contract import Files
from aas_server.twin.handles import Handles
from aas_server.twin.live import Overlay
from aas_server.twin.operations import Operations
from aas_server.twin.packages import Packages
from aas_server.twin.repository import Repository

Operation = Callable[..., Coroutine[Any, Any, Response]]
Version = Literal["3.0", "3.1"]
"""Of IDTA-01002; operations of the working state of 3.2 are served with 3.1."""


@dataclass(frozen=True, slots=True)
class Services:
    """Handed to every service."""

    repository: Repository
    files: Files
    overlay: Overlay
    handles: Handles
    operations: Operations
    packages: Packages
    paging: Paging
    settings: Settings
    address: Address
    version: Version = "3.1"


def route(
    router: APIRouter,
    method: str,
    path: str,
    operation: Operation,
    responses: dict[int | str, dict[str, Any]] | None = None,
    body: dict[str, Any] | None = None,
) -> None:
    """Serve an operation of IDTA-01002 under the name it has there (``KeyError`` where it knows none). ``body`` is
    what ``bodies.json_schema`` says of the body it reads."""
    operation_id = operations()[method, router.prefix + path].name
    router.add_api_route(
        path,
        operation,
        methods=[method],
        operation_id=operation_id,
        name=operation_id,
        status_code=int(next(iter(responses or ANY_JSON))),
        response_class=Response,
        response_model=None,
        responses=responses or ANY_JSON,
        openapi_extra=body,
    )


def routes(
    router: APIRouter,
    *served: tuple[str, str, Operation],
    responses: dict[int | str, dict[str, Any]] | None = None,
    body: dict[str, Any] | None = None,
) -> None:
    """Serve ``(method, path, operation)`` each, but for those that IDTA-01002 does not know at this prefix."""
    for method, path, operation in served:
        if (method, router.prefix + path) in operations():
            route(router, method, path, operation, responses, body)


def without_newer(router: APIRouter, version: Version) -> None:
    """Drop the operations that came after a version."""
    newest = "3.2" if version == "3.1" else version
    router.routes[:] = [one for one in router.routes if not (isinstance(one, Route) and _since(one) > newest)]


def _since(served: Route) -> str:
    known = [operations().get((method, served.path)) for method in served.methods or ()]
    return max((one.since for one in known if one is not None), default="")


def own_route(
    router: APIRouter,
    method: str,
    path: str,
    operation_id: str,
    operation: Callable[..., Any],
    responses: dict[int | str, dict[str, Any]] | None = None,
    body: dict[str, Any] | None = None,
) -> None:
    """Serve an operation of our own, described by the sentence ``operation-<its name>``; a DELETE answers 204.
    ``body``: what the OpenAPI description says of the body it reads."""
    router.add_api_route(
        path,
        operation,
        methods=[method],
        operation_id=operation_id,
        name=operation_id,
        summary=summary(operation_id),
        status_code=204 if method == "DELETE" else 200,
        response_class=Response,
        response_model=None,
        responses=responses,
        openapi_extra=body,
    )
