"""The OpenAPI page: every operation, made on the server; no file of another host, no script."""

from __future__ import annotations

from html import escape
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from aas_server.api.errors import spoken
from aas_server.messages import Language, text

_STYLE = """
body{font:16px/1.5 system-ui,"NanumGothic",sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;
color:#1b1f24}
h2{margin-top:2rem}table{border-collapse:collapse;width:100%}td{padding:.35rem .6rem;border-top:1px solid #d0d7de;
vertical-align:top}td:first-child{font-weight:600;width:4.5rem}code{overflow-wrap:anywhere}small{color:#57606a}
"""


def docs_router(app: FastAPI) -> APIRouter:
    """``/docs`` of ``app``."""
    router = APIRouter()

    @router.get("/docs", include_in_schema=False, response_class=HTMLResponse)
    @router.get("/", include_in_schema=False, response_class=HTMLResponse)
    async def docs(request: Request) -> Response:
        language = spoken(request.headers.get("accept-language"))
        schema_url = f"{request.scope.get('root_path', '')}/openapi.json"
        policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
        return HTMLResponse(_page(app.openapi(), schema_url, language), headers=policy)

    return router


def _page(schema: dict[str, Any], schema_url: str, language: Language) -> str:
    title = escape(schema["info"]["title"])
    intro = escape(text("docs-intro", language))
    parts = [
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{title}</title><style>{_STYLE}</style><h1>{title}</h1>",
        f'<p>{intro} <a href="{escape(schema_url)}">openapi.json</a></p>',
    ]
    for tag, operations in _by_tag(schema).items():
        parts.append(f"<h2>{escape(tag)}</h2><table>")
        parts += [_row(method, path, operation) for method, path, operation in operations]
        parts.append("</table>")
    return "".join(parts)


def _by_tag(schema: dict[str, Any]) -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    found: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            found.setdefault(operation["tags"][0], []).append((method, path, operation))
    return found


def _row(method: str, path: str, operation: dict[str, Any]) -> str:
    query = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
    asked = f" <small>?{escape(' '.join(query))}</small>" if query else ""
    name = escape(operation["operationId"])
    said = escape(operation.get("description", ""))
    return (
        f"<tr><td>{method.upper()}<td><code>{escape(path)}</code>{asked}<br>"
        f"<small>{name}{': ' if said else ''}{said}</small>"
    )
