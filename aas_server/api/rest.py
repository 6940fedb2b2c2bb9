"""What lies below a door of ours and is no operation: an unknown path, or a method that a path does not know."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Match, Route

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""Those that are answered at all."""


def close(router: APIRouter, prefix: str, *others: APIRouter) -> None:
    """Let ``router`` answer everything below ``prefix`` (404, or 405 with ``Allow``): nothing of it reaches the
    pages. To be called after the last operation; ``prefix`` is relative to the router's own. ``others``: routers
    that serve paths below it, too."""
    operations = [route for one in (router, *others) for route in one.routes if isinstance(route, Route)]

    def rest(request: Request) -> None:
        matching = [route for route in operations if route.matches(request.scope)[0] is not Match.NONE]
        allowed = sorted({method for route in matching for method in route.methods or ()})
        if allowed:
            raise HTTPException(405, headers={"Allow": ", ".join(allowed)})
        raise HTTPException(404)

    for path in (prefix, f"{prefix}/{{rest:path}}"):
        if path or router.prefix:
            router.add_api_route(path, rest, methods=list(METHODS), include_in_schema=False, response_model=None)
