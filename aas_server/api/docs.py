"""The OpenAPI page: every operation, made on the server; no file of another host, no script."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from aas_server.messages import Language, catalogue, language_of, text

_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.6 system-ui,"NanumGothic",sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;
word-break:keep-all}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}h2{margin-top:2rem}
table{border-collapse:collapse;width:100%}td{padding:.4rem .6rem;border-top:1px solid #8885;vertical-align:top}
td:first-child{font-weight:600;width:4.5rem;padding-left:0}code{overflow-wrap:anywhere}small{opacity:.75}
"""
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_OTHER: dict[Language, Language] = {"ko": "en", "en": "ko"}


def docs_router(app: FastAPI, name: str = "products", *, at_root: bool = False) -> APIRouter:
    """``/docs`` of ``app``, and its root where ``at_root``, headed by the sentences ``docs-<name>-title`` and
    ``-intro``. Its language is that of ``?lang=``, of the pages' cookie, or of ``Accept-Language``."""
    router = APIRouter()

    async def docs(request: Request) -> Response:
        asked = request.query_params.get("lang") or request.cookies.get("lang")
        language = language_of(asked or request.headers.get("accept-language"))
        schema_url = f"{request.scope.get('root_path', '')}/openapi.json"
        headers = {
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
            "Vary": "Accept-Language, Cookie",
        }
        return HTMLResponse(_page(app.openapi(), name, schema_url, language), headers=headers)

    for path in ("/docs", "/") if at_root else ("/docs",):
        router.add_api_route(path, docs, include_in_schema=False, response_class=HTMLResponse)
    return router


def summary(operation_id: str) -> str:
    """What an operation of ours does, for the OpenAPI description: the sentence ``operation-<its name>``."""
    return text(_key(operation_id), "en")


def _key(operation_id: str) -> str:
    return f"operation-{_HUMP.sub('-', operation_id).lower()}"


def _page(schema: dict[str, Any], name: str, schema_url: str, language: Language) -> str:
    title, other = escape(text(f"docs-{name}-title", language)), _OTHER[language]
    parts = [
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{title}</title><style>{_STYLE}</style>",
        f'<nav><a href="/?lang={language}">{escape(text("docs-pages", language))}</a>',
        f'<a href="/docs?lang={language}">{escape(text("docs-products-title", language))}</a>',
        f'<a href="/api/v3.1/docs?lang={language}">{escape(text("docs-aas-title", language))}</a>',
        f'<a href="?lang={other}" hreflang="{other}">{text("docs-switch", other)}</a></nav>',
        f"<h1>{title}</h1><p>{escape(text(f'docs-{name}-intro', language))} ",
        f'<a href="{escape(schema_url)}">openapi.json</a></p>',
    ]
    for tag, operations in _by_tag(schema).items():
        parts.append(f"<h2>{escape(tag)}</h2><table>")
        parts += [_row(method, path, operation, language) for method, path, operation in operations]
        parts.append("</table>")
    return "".join(parts)


def _by_tag(schema: dict[str, Any]) -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    found: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            found.setdefault(operation["tags"][0], []).append((method, path, operation))
    return found


def _row(method: str, path: str, operation: dict[str, Any], language: Language) -> str:
    query = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
    asked = f" <small>?{escape(' '.join(query))}</small>" if query else ""
    return (
        f"<tr><td>{method.upper()}<td><code>{escape(path).replace('/', '/<wbr>')}</code>{asked}<br>"
        f"<small>{escape(_said(operation, language))}</small>"
    )


def _said(operation: dict[str, Any], language: Language) -> str:
    """Our own operations have sentences; those of IDTA-01002 are called by the names they have there."""
    name = operation["operationId"]
    if _key(name) in catalogue():
        return text(_key(name), language)
    described = operation.get("description", "")
    return f"{name}: {described}" if described else name
