"""The OpenAPI page: every operation, made on the server; no file of another host, no script."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from aas_server.messages import Language, catalogue, language_of, text

# The colours and sheets are those of the pages for people; this page needs no file of theirs.
_STYLE = """
:root{--ground:#f5f6f4;--sheet:#fff;--ink:#1c2730;--quiet:#55626d;--rule:#dde1e0;--accent:#0f4c5c;
color-scheme:light}
@media (prefers-color-scheme:dark){:root{--ground:#12181c;--sheet:#1a2227;--ink:#e7ecee;--quiet:#a3b0b8;
--rule:#303b42;--accent:#8fd0d0;color-scheme:dark}}
*{box-sizing:border-box}
body{font:16px/1.6 "Pretendard","Noto Sans KR","Noto Sans CJK KR","Apple SD Gothic Neo","Malgun Gothic",
"NanumGothic",system-ui,sans-serif;margin:0;background:var(--ground);color:var(--ink);word-break:keep-all}
main{max-width:72rem;margin:0 auto;padding:0 1.25rem 2rem}a{color:var(--accent);text-underline-offset:.18em}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;padding:.9rem max(1.25rem,calc(50vw - 34.75rem));
background:var(--sheet);border-bottom:1px solid var(--rule)}
nav a{text-decoration:none}nav a:last-child{margin-left:auto}
h1{font-size:1.75rem;line-height:1.3;margin:1.75rem 0 .35rem}h2{font-size:1.25rem;margin:0 0 .5rem}
section{background:var(--sheet);border:1px solid var(--rule);border-radius:12px;
padding:1.35rem 1.5rem;margin:1.1rem 0}
table{border-collapse:collapse;width:100%}td{padding:.45rem .6rem;border-top:1px solid var(--rule);
vertical-align:top}
td:first-child{font-weight:600;width:4.5rem;padding-left:0}code{overflow-wrap:anywhere}small{color:var(--quiet)}
small,h1{overflow-wrap:anywhere}
"""
_TICKS = re.compile(r"``([^`]*)``")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_OTHER: dict[Language, Language] = {"ko": "en", "en": "ko"}


Links = Callable[[], Sequence[tuple[str, str]]]
"""Names with the addresses they lead to."""


def docs_router(
    app: FastAPI, name: str = "products", *, at_root: bool = False, models: Links = tuple
) -> APIRouter:
    """``/docs`` of ``app``, and its root where ``at_root``, headed by the sentences ``docs-<name>-title`` and
    ``-intro``. Its language is that of ``?lang=``, of the pages' cookie, or of ``Accept-Language``. ``models``:
    releases whose model has a description of its own; read in a worker thread."""
    router = APIRouter()

    async def docs(request: Request) -> Response:
        asked = request.query_params.get("lang") or request.cookies.get("lang")
        language = language_of(asked or request.headers.get("accept-language"))
        schema_url = f"{request.scope.get('root_path', '')}/openapi.json"
        headers = {
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
            "Vary": "Accept-Language, Cookie",
        }
        found = await run_sync(models)
        return HTMLResponse(_page(app.openapi(), name, schema_url, language, found), headers=headers)

    for path in ("/docs", "/") if at_root else ("/docs",):
        router.add_api_route(path, docs, include_in_schema=False, response_class=HTMLResponse)
    return router


def summary(operation_id: str) -> str:
    """What an operation of ours does, for the OpenAPI description: the sentence ``operation-<its name>``."""
    return text(_key(operation_id), "en")


def _key(operation_id: str) -> str:
    return f"operation-{_HUMP.sub('-', operation_id).lower()}"


def _page(
    schema: dict[str, Any], name: str, schema_url: str, language: Language, models: Sequence[tuple[str, str]]
) -> str:
    title, other = escape(text(f"docs-{name}-title", language)), _OTHER[language]
    parts = [
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{title}</title><style>{_STYLE}</style>",
        f'<nav><a href="/?lang={language}">{escape(text("docs-pages", language))}</a>',
        f'<a href="/docs?lang={language}">{escape(text("docs-products-title", language))}</a>',
        f'<a href="/api/v3.1/docs?lang={language}">{escape(text("docs-aas-title", language))}</a>',
        f'<a href="/api/v3.0/docs?lang={language}">{escape(text("docs-aas-3-0-title", language))}</a>',
        f'<a href="?lang={other}" hreflang="{other}">{text("docs-switch", other)}</a></nav>',
        f"<main><h1>{title}</h1><p>{escape(text(f'docs-{name}-intro', language))} ",
        f'<a href="{escape(schema_url)}">openapi.json</a></p>',
    ]
    # What is only a draft has to be routed first, and comes last for who reads.
    for tag, operations in sorted(_by_tag(schema).items(), key=lambda section: "draft" in section[0]):
        parts.append(f"<section><h2>{escape(_heading(tag, language))}</h2><table>")
        parts += [_row(method, path, operation, language) for method, path, operation in operations]
        parts.append("</table></section>")
    if models:
        parts.append(f"<section><h2>{escape(text('docs-models', language))}</h2><ul>")
        parts += [f'<li><a href="{escape(at)}?lang={language}">{escape(called)}</a>' for called, at in models]
        parts.append("</ul></section>")
    return "".join([*parts, "</main></html>"])


def _heading(tag: str, language: Language) -> str:
    """Our own groups have names in both languages; those of IDTA-01002 are called as they are there."""
    key = f"docs-tag-{tag}"
    return text(key, language) if key in catalogue() else tag


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
        f"<small>{_marked(_said(operation, language))}</small>"
    )


def _marked(words: str) -> str:
    """A description as HTML; what stands in double backticks is code."""
    return _TICKS.sub(r"<code>\1</code>", escape(words))


def _said(operation: dict[str, Any], language: Language) -> str:
    """Our own operations have sentences; those of IDTA-01002 are called by the names they have there."""
    name = operation["operationId"]
    if _key(name) in catalogue():
        return text(_key(name), language)
    described = operation.get("description", "")
    return f"{name}: {described}" if described else name
