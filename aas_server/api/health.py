"""Whether the server lives, and whether it is ready for work."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from aas_server.api.rest import close
from aas_server.api.services import own_route

Ready = Callable[[], Mapping[str, bool]]
"""Each part by its name (a broker's address) and whether it is ready: the answer says what is waited for."""


def health_router(ready: Ready) -> APIRouter:
    """``/health/live`` is 200 as soon as anything answers; ``/health/ready`` is 200 once every part is ready, else
    503 with the parts that are waited for."""
    router = APIRouter(tags=["health"])

    async def live() -> Response:
        return _answer(200, {"live": True})

    async def is_ready() -> Response:
        waiting = sorted(name for name, good in ready().items() if not good)
        return _answer(503 if waiting else 200, {"ready": not waiting, "waiting": waiting})

    own_route(router, "GET", "/health/live", "GetLive", live)
    own_route(router, "GET", "/health/ready", "GetReady", is_ready)
    close(router, "/health")
    router.include_router(probe_router(ready))
    return router


def probe_router(ready: Ready = dict) -> APIRouter:
    """What clients made for other servers ask before they ask anything else: 200 and ``UP``, or 503."""
    router = APIRouter(tags=["health"])

    async def probe() -> Response:
        up = all(ready().values())
        return _answer(200 if up else 503, {"status": "UP" if up else "OUT_OF_SERVICE"})

    for path in ("/actuator/health", "/api/health"):
        router.add_api_route(path, probe, include_in_schema=False, response_model=None)
    return router


def _answer(status: int, value: Mapping[str, object]) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(value), status, headers, "application/json")
