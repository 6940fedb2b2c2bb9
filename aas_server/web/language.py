"""A page's language: as asked (``?lang=``), as remembered (cookie), as the browser says; else Korean."""

from __future__ import annotations

from typing import get_args
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from aas_server.messages import Language

COOKIE = "lang"
_YEAR = 365 * 24 * 3600
_LANGUAGES: tuple[Language, ...] = get_args(Language)


def language_of(request: Request) -> Language:
    """``ko`` or ``en``; Korean where nothing is said, English for readers of other languages."""
    for said in (request.query_params.get(COOKIE), request.cookies.get(COOKIE)):
        for language in _LANGUAGES:
            if said == language:
                return language
    return _preferred(request.headers.get("accept-language", ""))


def remember(request: Request, response: Response) -> None:
    """Keep the language that was asked for in the address, so that following pages need not be asked."""
    if request.query_params.get(COOKIE) in _LANGUAGES:
        language = language_of(request)
        response.set_cookie(COOKIE, language, max_age=_YEAR, path="/", httponly=True, samesite="lax")


def switch(request: Request, language: Language) -> str:
    """The address of this very page in ``language``."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != COOKIE]
    return "?" + urlencode([*kept, (COOKIE, language)])


def _preferred(header: str) -> Language:
    """The first of our languages by the weights of ``Accept-Language`` (RFC 9110, 12.5.4)."""
    spoken: list[tuple[float, str]] = []
    for part in header.lower().split(","):
        name, _, weight = part.strip().partition(";q=")
        if name:
            spoken.append((_weight(weight), name))
    for _, name in sorted(spoken, key=lambda pair: -pair[0]):
        if name == "*":
            break
        for language in _LANGUAGES:
            if name == language or name.startswith(f"{language}-"):
                return language
    return "en" if spoken and all(name != "*" for _, name in spoken) else "ko"


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
