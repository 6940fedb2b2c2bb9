"""Whether the server lives, and whether it is ready for work."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

Ready = Callable[[], bool | Mapping[str, bool]]
"""Ready or not; or each part by its name (a broker's address), so that the answer says what is waited for."""


def health_router(ready: Ready) -> APIRouter:
    """``/health/live`` is 200 as soon as anything answers; ``/health/ready`` is 200 once ``ready`` says so, else
    503 with the parts that are waited for."""
    router = APIRouter(tags=["Health"])

    @router.get("/health/live", operation_id="GetLive", response_class=Response)
    async def live() -> Response:
        return _answer(200, {"live": True})

    @router.get("/health/ready", operation_id="GetReady", response_class=Response)
    async def is_ready() -> Response:
        state = ready()
        parts = {"brokers": state} if isinstance(state, bool) else dict(state)
        waiting = sorted(name for name, good in parts.items() if not good)
        return _answer(503 if waiting else 200, {"ready": not waiting, "waiting": waiting})

    return router


def _answer(status: int, value: Mapping[str, object]) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(value), status, headers, "application/json")
