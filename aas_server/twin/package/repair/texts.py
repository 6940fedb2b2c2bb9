"""Texts in languages: their tags (BCP 47), one text a language, and how long one may be."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aas_core3_1 import verification

from aas_server.twin.package.environment.schema import CLASSES
from aas_server.twin.package.repair.place import Place
from aas_server.twin.plain import Json

_LONGEST: Mapping[str, int] = {
    "LangStringNameType": 128,
    "LangStringTextType": 1023,
    "LangStringPreferredNameTypeIec61360": 255,
    "LangStringShortNameTypeIec61360": 18,
    "LangStringDefinitionTypeIec61360": 1023,
}
"""Characters of a text (IDTA-01001 V3.1; IDTA-01003-a V3.1)."""


def shortened(place: Place) -> None:
    """A text that is too long is cut; the whole of it is kept. A tag is cleaned of what no tag can hold."""
    tag = place.new["language"]
    if not verification.matches_bcp_47(tag):
        now = re.sub(r"[^A-Za-z0-9-]", "", tag.strip().replace("_", "-")).strip("-")
        place.replace("language", "repair-literal", now if verification.matches_bcp_47(now) else "und")
    text, longest = place.new.get("text", ""), _LONGEST[place.name]
    if len(text) > longest:
        place.keep("text", text)
        place.mended("text", "repair-long", limit=longest)
        place.new["text"] = f"{text[: longest - 1]}…"


def languages(place: Place) -> None:
    """Texts that say nothing are left out; a second text in a language is kept aside."""
    for name, attribute in CLASSES[place.name].items():
        if not attribute.type.startswith("LangString") or name not in place.new:
            continue
        left: list[Json] = []
        spoken: dict[str, Json] = {}
        for text in place.new[name]:
            where = f"{name}[{len(left)}]"
            if not text["text"].strip():
                place.mended(where, "repair-empty")
            elif spoken.setdefault(text["language"], text) is text:
                left.append(text)
            elif spoken[text["language"]] == text:
                place.mended(where, "repair-twice")
            else:
                place.put_aside(where, text)
        place.new[name] = left
        if not left and not attribute.required:
            del place.new[name]


def english(texts: list[Json]) -> bool:
    """Whether one of the texts is English."""
    return any(verification.is_bcp_47_for_english(one["language"]) for one in texts)
