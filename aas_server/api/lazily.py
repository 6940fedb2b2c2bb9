"""An application that is built when it is first asked."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send


class Lazily:
    """Stands for the application that ``build`` makes. Laying out the routes of a version takes some 300 ms of
    parameter analysis; what nobody may ask for is not worth that at every start."""

    def __init__(self, build: Callable[[], ASGIApp]) -> None:
        self._build = build
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._app is None:
            self._app = self._build()
        await self._app(scope, receive, send)
