"""XML Schema's types of values (``valueType``; IDTA-01001, DataTypeDefXsd) and their lexical forms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from aas_core3_1 import types, verification

from connectors.message import Scalar

INTEGER_TYPES = frozenset(
    {
        *("xs:byte", "xs:short", "xs:int", "xs:long", "xs:integer"),
        *("xs:unsignedByte", "xs:unsignedShort", "xs:unsignedInt", "xs:unsignedLong"),
        *("xs:negativeInteger", "xs:nonNegativeInteger", "xs:nonPositiveInteger", "xs:positiveInteger"),
    }
)
NUMBER_TYPES = INTEGER_TYPES | {"xs:decimal", "xs:double", "xs:float"}
_TYPES: Mapping[str, Any] = {kind.value: kind for kind in types.DataTypeDefXSD}


def is_lexical(text: str, value_type: str) -> bool:
    """Whether a text is in the lexical space of a type; any is in that of a type we don't know."""
    kind = _TYPES.get(value_type)
    try:
        return kind is None or verification.value_consistent_with_xsd_type(text, kind)
    except ValueError:
        # aas-core counts years; Python refuses to read one of more than 4300 digits.
        return False


def lexical(value: Scalar, value_type: str) -> str | None:
    """A plain value as the lexical form of a type; ``None`` where it is none of that type."""
    if value is None:
        return None
    text = _boolean(value) if value_type == "xs:boolean" else _text(value)
    if value_type in INTEGER_TYPES and isinstance(value, float) and value.is_integer():
        text = str(int(value))
    return text if is_lexical(text, value_type) else None


def _boolean(value: Scalar) -> str:
    text = str(value).strip().lower()
    return {"1": "true", "1.0": "true", "on": "true", "0": "false", "0.0": "false", "off": "false"}.get(text, text)


def _text(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "INF" if value > 0 else "-INF"
    return str(value)
