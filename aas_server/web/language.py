"""A page's language: as asked (``?lang=``), as remembered (cookie), as the browser says; else Korean."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from aas_server import messages
from aas_server.messages import LANGUAGES, Language

COOKIE = "lang"
_YEAR = 365 * 24 * 3600


def language_of(request: Request) -> Language:
    """``ko`` or ``en``; Korean where nothing is said, English for readers of other languages."""
    for said in (request.query_params.get(COOKIE), request.cookies.get(COOKIE)):
        for language in LANGUAGES:
            if said == language:
                return language
    return messages.language_of(request.headers.get("accept-language"), silent="ko")


def remember(request: Request, response: Response) -> None:
    """Keep the language that was asked for in the address, so that following pages need not be asked."""
    if request.query_params.get(COOKIE) in LANGUAGES:
        language = language_of(request)
        response.set_cookie(COOKIE, language, max_age=_YEAR, path="/", httponly=True, samesite="lax")


def switch(request: Request, language: Language) -> str:
    """The address of this very page in ``language``."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != COOKIE]
    return "?" + urlencode([*kept, (COOKIE, language)])
