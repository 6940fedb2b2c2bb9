"""Errors of the doors outside the AAS API, as JSON in the reader's language."""

from __future__ import annotations

import msgspec
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from aas_server import messages
from aas_server.errors import AasError, BadInput


def install_problems(app: FastAPI) -> None:
    """Let every error of ``app`` be answered as ``{"error": key, "message": sentence, …}``."""
    app.add_exception_handler(AasError, problem)
    app.add_exception_handler(RequestValidationError, problem)
    app.add_exception_handler(HTTPException, problem)
    app.add_exception_handler(Exception, problem)


def problem(request: Request, error: Exception) -> Response:
    """The answer to an error: its status, its key, its sentence as ``Accept-Language`` asks, and the sentence's
    plain values."""
    known = _translated(request, error)
    status = error.status_code if isinstance(error, HTTPException) else known.status
    language = messages.language_of(request.headers.get("accept-language"))
    body = {
        "error": known.key,
        "message": messages.error_text(known, language),
        **{name: value for name, value in known.values.items() if isinstance(value, str | int | float)},
    }
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    if isinstance(error, HTTPException) and error.headers:
        headers |= error.headers
    return Response(msgspec.json.encode(body), status, headers, "application/json")


def _translated(request: Request, error: Exception) -> AasError:
    if isinstance(error, AasError):
        return error
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        return BadInput("query-wrong", name=str(first["loc"][-1]), fault=str(first["msg"]))
    if isinstance(error, HTTPException):
        keys = {404: "http-nothing-here", 405: "http-method-not-allowed"}
        key = keys.get(error.status_code, "http-error")
        return AasError(key, method=request.method, path=request.url.path, status=error.status_code)
    return AasError("http-broken", path=request.url.path)
