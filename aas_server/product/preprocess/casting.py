"""Declared types: what a cell says, read as the type that the recipe names."""

from __future__ import annotations

import tomllib
from datetime import tzinfo
from functools import cache
from pathlib import Path

from aas_server.product.recipe.cleaning import Cast, Cleaning
from aas_server.store.parquet import literal

KINDS = {"number": "double", "integer": "int64", "boolean": "bool", "text": "string", "time": "timestamp"}
XSD = {
    "number": "xs:double",
    "integer": "xs:long",
    "boolean": "xs:boolean",
    "text": "xs:string",
    "time": "xs:dateTime",
}
_EXACT = 2**53
_ZONED = r"(Z|[+-]\d{2}(:?\d{2})?)$"


def declared(cleaning: Cleaning, name: str) -> Cast | None:
    """What the recipe says of the column's type, or ``None``."""
    given = cleaning.types.get(name)
    return Cast(given) if isinstance(given, str) else given


def read_as(cast: Cast, raw: str | None, kind: str, text: str, zone: tzinfo) -> str:
    """SQL of the cell as the declared type, null where it does not fit. ``raw`` is its value of lake type ``kind``
    (``None`` where only ``text`` is there), ``text`` what came as text."""
    as_text = text if raw is None else f"coalesce({_plain(raw, kind)}, {text})"
    number = _number(cast, text)
    if raw is not None and kind in ("double", "int64"):
        number = f"coalesce(CASE WHEN isfinite({raw}::DOUBLE) THEN {raw}::DOUBLE END, {number})"
    elif raw is not None and kind == "bool":
        number = f"coalesce({raw}::INT::DOUBLE, {number})"
    match cast.to:
        case "number":
            return number
        case "integer":
            return _integer(cast, raw, kind, text, number)
        case "boolean":
            return _boolean(as_text)
        case "time":
            return _time(as_text, zone)
        case "text":
            return as_text


def _number(cast: Cast, text: str) -> str:
    """The text as a number: digits, perhaps in groups of three, the decimal mark, an exponent; nothing else."""
    decimal, thousands = _escaped(cast.decimal), _escaped(cast.thousands)
    grouped = rf"|[0-9]{{1,3}}({thousands}[0-9]{{3}})+" if cast.thousands else ""
    pattern = rf"[+-]?([0-9]+{grouped})?({decimal}[0-9]*)?([eE][+-]?[0-9]+)?"
    plain = f"trim({text})"
    if cast.thousands:
        plain = f"replace({plain}, {literal(cast.thousands)}, '')"
    if "," in cast.decimal:
        plain = f"replace({plain}, ',', '.')"
    read = f"try_cast({plain} AS DOUBLE)"
    return f"CASE WHEN regexp_full_match(trim({text}), {literal(pattern)}) AND isfinite({read}) THEN {read} END"


def _integer(cast: Cast, raw: str | None, kind: str, text: str, number: str) -> str:
    """Whole numbers only; beyond 2^53 a fraction can no longer tell, but digits can."""
    if kind == "int64" and raw is not None:
        return f"coalesce({raw}, {_integer(cast, None, kind, text, _number(cast, text))})"
    plain = f"trim({text})"
    if cast.thousands:
        plain = f"replace({plain}, {literal(cast.thousands)}, '')"
    only_digits = f"{number} IS NOT NULL AND regexp_full_match({plain}, '[+-]?[0-9]+')"
    digits = f"CASE WHEN {only_digits} THEN try_cast({plain} AS BIGINT) END"
    whole = f"CASE WHEN {number} = trunc({number}) AND abs({number}) <= {_EXACT} THEN ({number})::BIGINT END"
    return f"coalesce({digits}, {whole})"


def _boolean(text: str) -> str:
    words = f"lower(trim({text}))"
    true, false = (", ".join(map(literal, found)) for found in truths())
    return f"CASE WHEN {words} IN ({true}) THEN true WHEN {words} IN ({false}) THEN false END"


def _time(text: str, zone: tzinfo) -> str:
    """ISO 8601; one that bears no zone is meant as ``zone``."""
    plain = f"trim({text})"
    aware = f"try_cast({plain} AS TIMESTAMPTZ)"
    naive = f"timezone({literal(str(zone))}, try_cast({plain} AS TIMESTAMP))"
    return f"CASE WHEN regexp_matches({plain}, {literal(_ZONED)}) THEN {aware} ELSE {naive} END"


def _plain(raw: str, kind: str) -> str:
    """A whole number that is kept as a fraction is written without one: ``10023``, not ``10023.0``."""
    if kind != "double":
        return f"{raw}::VARCHAR"
    whole = f"isfinite({raw}) AND {raw} = trunc({raw}) AND abs({raw}) <= {_EXACT}"
    return f"CASE WHEN {whole} THEN {raw}::BIGINT::VARCHAR ELSE {raw}::VARCHAR END"


def _escaped(mark: str) -> str:
    return f"[{mark}]" if mark else ""


@cache
def truths() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words for true, and those for false."""
    words = tomllib.loads(Path(__file__).with_name("truth.toml").read_text("utf-8"))
    return tuple(words["true"]), tuple(words["false"])
