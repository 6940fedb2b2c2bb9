"""Values that fit their type, media types and paths."""

from __future__ import annotations

import mimetypes
from urllib.parse import quote

from aas_core3_1 import types, verification

from aas_server.twin.package.repair.place import Place

_URI_SAFE = "/!$&'()*+,;=:@-._~%?"


def typed(place: Place) -> None:
    """Values that their type allows, by trimming blanks or spelling truth as XML does; else the type gives way."""
    type = place.new.get("valueType")
    for name in ("value", "min", "max"):
        value = place.new.get(name)
        if not isinstance(value, str) or type is None or type == "xs:string" or value == "":
            continue
        now = next((form for form in (value, value.strip(), value.strip().lower()) if fits(form, type)), None)
        if now is None:
            place.keep("valueType", type)
            place.mended("valueType", "repair-value-type", given=type, value=value)
            place.new["valueType"] = type = "xs:string"
        elif now != value:
            place.replace(name, "repair-literal", now)


def fits(value: str, type: str) -> bool:
    """Whether a text is a value of an XSD type. A year that no machine can count is none."""
    try:
        return verification.value_consistent_with_xsd_type(value, types.DataTypeDefXSD(type))
    except ValueError:
        return False


def media(place: Place) -> None:
    """A media type that is none follows from the name of the file, where that has one."""
    given = place.new.get("contentType")
    if not given or verification.matches_mime_type(given):
        return
    trimmed = given.strip()
    path = place.new.get("path" if place.name == "Resource" else "value")
    known = mimetypes.guess_type(path)[0] if isinstance(path, str) and place.name != "Blob" else None
    if trimmed == "":
        del place.new["contentType"]
        place.mended("contentType", "repair-empty")
    elif verification.matches_mime_type(trimmed):
        place.replace("contentType", "repair-literal", trimmed)
    elif known is None:
        place.put_aside("contentType")
    else:
        place.keep("contentType", given)
        place.replace("contentType", "repair-media-type", known)


def location(place: Place) -> None:
    """A path is a URI (RFC 2396); blanks and letters of other alphabets are encoded."""
    name = "path" if place.name == "Resource" else "value"
    given = place.new.get(name)
    if isinstance(given, str) and given and not verification.matches_rfc_2396(given):
        now = quote(given.strip().replace("\\", "/"), safe=_URI_SAFE)
        if now and verification.matches_rfc_2396(now):
            place.replace(name, "repair-path", now)
        elif now:
            place.put_aside(name)
        else:
            del place.new[name]
            place.mended(name, "repair-empty")
