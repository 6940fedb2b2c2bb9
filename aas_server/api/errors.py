"""Errors of the AAS API: one handler makes the ``Result`` of IDTA-01002, exactly ``{"messages": […]}``."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus

import msgspec
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from aas_server.clock import iso
from aas_server.errors import AasError
from aas_server.messages import Language, error_text, language_of, text


def install_results(app: FastAPI) -> None:
    """Every error of ``app``, of the framework too, becomes a ``Result``."""
    app.add_exception_handler(AasError, _ours)
    app.add_exception_handler(RequestValidationError, _parameter)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(Exception, _unexpected)


def result(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    """An answer of one message. ``code`` is the HTTP status, as clients read it."""
    message = {
        "code": str(status),
        "messageType": "Exception" if status >= 500 else "Error",
        "text": sentence,
        "timestamp": iso(datetime.now(UTC).replace(microsecond=0)),
    }
    return Response(msgspec.json.encode({"messages": [message]}), status, headers, "application/json")


def result_of(error: AasError, accept_language: str | None) -> Response:
    """One of our errors as an answer."""
    return result(error.status, error_text(error, spoken(accept_language)))


def spoken(accept_language: str | None) -> Language:
    """The language of an answer: English for a program that names none."""
    return language_of(accept_language or "en")


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, AasError)
    return result_of(error, request.headers.get("accept-language"))


async def _parameter(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    return result(400, text("parameter-wrong", _language(request), name=where, fault=first["msg"]))


async def _framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    # The framework wraps what is raised while a body comes in; the cause says more than the wrapping.
    if isinstance(error.__cause__, AasError):
        return await _ours(request, error.__cause__)
    headers, path = dict(error.headers or {}), request.url.path
    if error.status_code == 404:
        return result(404, text("address-unknown", _language(request), path=path), headers)
    if error.status_code == 405:
        sentence = text("method-not-allowed", _language(request), method=request.method, path=path)
        return result(405, sentence, headers)
    return result(error.status_code, f"{HTTPStatus(error.status_code).phrase}: {error.detail}", headers)


async def _unexpected(request: Request, _error: Exception) -> Response:
    return result(500, text("server-failed", _language(request)))


def _language(request: Request) -> Language:
    return spoken(request.headers.get("accept-language"))
