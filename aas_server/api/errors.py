"""Errors of the AAS API: one handler makes the ``Result`` of IDTA-01002, exactly ``{"messages": […]}``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from aas_server.api.framework import ours
from aas_server.clock import iso
from aas_server.errors import AasError
from aas_server.messages import error_text, language_of


def install_results(app: FastAPI, operations: Sequence[Route] = ()) -> None:
    """Every error of ``app``, of the framework too, becomes a ``Result``. ``operations`` are all that it serves,
    also those added later."""

    async def answer(request: Request, error: Exception) -> Response:
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        if isinstance(error, HTTPException) and error.status_code == 405:
            headers = {"Allow": ", ".join(_allowed(request, operations))}
        return result_of(ours(request, error), request.headers.get("accept-language"), headers)

    app.add_exception_handler(AasError, answer)
    app.add_exception_handler(RequestValidationError, answer)
    app.add_exception_handler(HTTPException, answer)
    app.add_exception_handler(Exception, answer)


def result(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    """An answer of one message. ``code`` is the HTTP status, as clients read it."""
    return results(status, [(status, sentence)], headers)


def results(status: int, faults: Sequence[tuple[int, str]], headers: dict[str, str] | None = None) -> Response:
    """An answer of several messages, each with a code and a sentence of its own."""
    body = msgspec.json.encode({"messages": [message(code, sentence) for code, sentence in faults]})
    return Response(body, status, headers, "application/json")


def message(status: int, sentence: str) -> dict[str, str]:
    """One message of a ``Result``; its code is the HTTP status, as clients read it."""
    return {
        "code": str(status),
        "messageType": "Exception" if status >= 500 else "Error",
        "text": sentence,
        "timestamp": iso(datetime.now(UTC).replace(microsecond=0)),
    }


def result_of(error: AasError, accept_language: str | None, headers: dict[str, str] | None = None) -> Response:
    """One of our errors as an answer, in the language asked for."""
    return result(error.status, error_text(error, language_of(accept_language)), headers)


def _allowed(request: Request, operations: Sequence[Route]) -> list[str]:
    """The methods of all operations at a path (RFC 9110, 15.5.6); the framework names the first one's alone."""
    here = [route for route in operations if route.matches(request.scope)[0] is not Match.NONE]
    methods = {method for route in here for method in route.methods or ()}
    return sorted(methods | {"HEAD"} if "GET" in methods else methods)
