"""Errors of the doors outside the AAS API, as JSON in the reader's language."""

from __future__ import annotations

import msgspec
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from aas_server.api.framework import ours
from aas_server.errors import AasError
from aas_server.messages import error_text, language_of


def install_problems(app: FastAPI) -> None:
    """Let every error of ``app`` be answered as ``{"error": key, "message": sentence, …}``."""
    app.add_exception_handler(AasError, problem)
    app.add_exception_handler(RequestValidationError, problem)
    app.add_exception_handler(HTTPException, problem)
    app.add_exception_handler(Exception, problem)


def problem(request: Request, error: Exception) -> Response:
    """The answer to an error: its status, its key, its sentence as ``Accept-Language`` asks, and the sentence's
    plain values."""
    known = ours(request, error)
    language = language_of(request.headers.get("accept-language"))
    body = {
        "error": known.key,
        "message": error_text(known, language),
        **{name: value for name, value in known.values.items() if isinstance(value, str | int | float)},
    }
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    if isinstance(error, HTTPException) and error.headers:
        headers |= error.headers
    return Response(msgspec.json.encode(body), known.status, headers, "application/json")
