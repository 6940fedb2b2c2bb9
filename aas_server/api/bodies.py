"""The body of a write, as it was sent: bytes, never parsed on the way in, so that values keep their spelling."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import ClientDisconnect, Request

from aas_server.errors import BadInput, WrongType
from aas_server.twin.metamodel import decode
from aas_server.twin.plain import Json

_OTHER = ("multipart/", "application/xml", "text/xml", "text/html", "application/x-www-form-urlencoded", "image/")
"""What is certainly no JSON. Clients that name no type, or ``text/plain``, are taken at their body's word."""


async def json_body(request: Request) -> bytes:
    """The body of a request that has to have one. Raises ``WrongType`` (415) where its ``Content-Type`` says that
    it is something else than JSON, ``BadInput`` where nothing came, or less than was announced."""
    body = await sent_json(request)
    if not body.strip():
        raise BadInput("body-empty")
    return body


async def sent_json(request: Request) -> bytes:
    """The same of a request that may have no body; where there is none, its type means nothing."""
    body = await whole_body(request)
    given = request.headers.get("content-type", "")
    if body and given.lower().startswith(_OTHER):
        raise WrongType("body-no-json", given=given[:100])
    return body


async def whole_body(request: Request) -> bytes:
    """All of a request's body, of whatever type. Raises ``BadInput`` where less came than was announced."""
    try:
        return await request.body()
    except ClientDisconnect:
        raise BadInput("body-cut-off") from None


JsonBody = Annotated[bytes, Depends(json_body)]
"""A parameter of an operation that writes: the JSON it was sent."""


def json_object(body: bytes, name: str, max_depth: int) -> Json:
    """A body that has to be a JSON object, called ``name`` in the error. Raises ``BadInput``."""
    value = decode(body, max_depth)
    if not isinstance(value, dict):
        raise BadInput("document-no-object", kind=name)
    return value


def json_schema(name: str, **schema: Any) -> dict[str, Any]:
    """What the OpenAPI description says of such a body (``openapi_extra``): the schema of IDTA-01002 it has to
    follow, by name, and its JSON type (``type="array"``; an object where nothing is said)."""
    described = {"title": name, **(schema or {"type": "object"})}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": described}}}}
