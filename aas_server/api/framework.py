"""What the web framework raises, as errors of ours: each with a sentence in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from aas_server.errors import AasError, BadInput

_GIVEN = 100
"""So much of a wrong value is repeated to who sent it."""


def ours(request: Request, error: Exception) -> AasError:
    """An error as one of ours; an unforeseen one says nothing of the inside. ``docs`` among the values is the
    address of this application's operations."""
    docs = f"{request.scope.get('root_path', '')}/docs"
    if isinstance(error, AasError):
        return error
    if isinstance(error, RequestValidationError):
        return _parameter(error.errors()[0], docs)
    if isinstance(error, HTTPException):
        # The framework wraps what is raised while a body comes in; the cause says more than the wrapping.
        cause = error.__cause__
        if isinstance(cause, AasError):
            return cause
        if error.status_code == 400 and request.headers.get("content-type", "").lower().startswith("multipart/"):
            return BadInput("form-unreadable", fault=error.detail)
        return _refusal(request, error.status_code, docs)
    return AasError("server-failed")


def _refusal(request: Request, status: int, docs: str) -> AasError:
    key = {404: "address-unknown", 405: "method-not-allowed"}.get(status, "request-refused")
    refusal = AasError(key, method=request.method, path=request.url.path, status=status, docs=docs)
    refusal.status = status
    return refusal


def _parameter(fault: Mapping[str, Any], docs: str) -> BadInput:
    """A parameter that is missing or wrong, by the kind of fault (pydantic's ``type``)."""
    name = ".".join(str(part) for part in fault["loc"][1:]) or str(fault["loc"][0])
    given, kind, bounds = str(fault.get("input"))[:_GIVEN], fault["type"], fault.get("ctx", {})
    if kind == "missing":
        return BadInput("parameter-missing", name=name, docs=docs)
    if kind == "literal_error":
        known = ", ".join(re.findall(r"'([^']*)'", bounds["expected"]))
        return BadInput("parameter-unknown", name=name, given=given, known=known)
    if kind == "greater_than_equal":
        return BadInput("parameter-small", name=name, given=given, least=bounds["ge"])
    if kind.startswith("int_"):
        return BadInput("parameter-no-integer", name=name, given=given)
    if kind.startswith("bool_"):
        return BadInput("parameter-no-boolean", name=name, given=given)
    return BadInput("parameter-wrong", name=name, given=given, docs=docs)
