"""What is given in a value-only form: read strictly, refused with its place (``values.py``)."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from aas_server.errors import BadInput
from aas_server.twin.plain import Json
from aas_server.twin.xsd import NUMBER_TYPES, is_lexical


class Number(str):
    """A JSON number, as it was written."""

    __slots__ = ()


def as_lexical(given: Any, value_type: str, path: str) -> str | None:
    """A JSON value as a lexical one; ``None`` for ``null``. Strings are taken for every type (clients send
    ``"99.25"``). Raises ``BadInput`` where it is none of the type."""
    if given is None:
        return None
    if isinstance(given, bool) and value_type == "xs:boolean":
        return "true" if given else "false"
    number = isinstance(given, Number)
    if not isinstance(given, str) or (number and value_type not in NUMBER_TYPES):
        misfit(path, given, value_type)
    text = str(given)
    if not is_lexical(text, value_type):
        misfit(path, text, value_type)
    return text


def numberless(given: Any, path: str) -> Any:
    """What must hold no number: a text, or an object of texts. Raises ``BadInput``."""
    if isinstance(given, Number):
        misfit(path, given, "string")
    for part in given.values() if isinstance(given, dict) else given if isinstance(given, list) else ():
        numberless(part, path)
    return given


def named_parts(given: Any, path: str, *known: str) -> list[str]:
    """The names that a value gives. Raises ``BadInput`` for one that is not known."""
    names = list(as_object(given, path))
    for name in names:
        if name not in known:
            raise BadInput("value-part-unknown", path=path, name=name, known=", ".join(known))
    return names


def as_object(given: Any, path: str) -> Json:
    """A JSON object. Raises ``BadInput`` where it is none."""
    if not isinstance(given, dict):
        misfit(path, given, "object")
    return given


def misfit(path: str, given: Any, wanted: str) -> NoReturn:
    """Raises ``BadInput`` with the place, what was given and what is wanted there."""
    shown = str(given) if isinstance(given, str) else json.dumps(given)
    raise BadInput("value-misfit", path=path or "/", given=shown[:100], type=wanted)
