"""International registration data identifiers (ISO/IEC 11179-6, ISO 29002-5) of ECLASS and IEC CDD."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["property", "class", "value", "unit", "other"]

_ECLASS = r"0173-1(?:---[A-Z0-9_]+)?#(?:[0-9]{2}|[A-Z][0-9])-[A-Z0-9]{6}#[0-9]{3}"
_CDD = r"0112/[0-9]///[A-Za-z0-9_]+#[A-Z]{3}[0-9]{3}(?:#[0-9]{3})?"
_ONE = re.compile(f"(?:{_ECLASS}|{_CDD})")
_WHOLE = re.compile(f"(?:{_ECLASS}|{_CDD})(?:/(?:{_ECLASS}|{_CDD}))?(?:\\*[0-9]{{2}})?")
_LOOKS_SO = re.compile(r"0(?:112|173)\b")
_ECLASS_KINDS: dict[str, Kind] = {"01": "class", "02": "property", "05": "unit", "07": "value"}


def is_irdi(text: str) -> bool:
    """Whether it is written as an IRDI. A property within a class (``…/…``) and a counted one (``*01``) are, too:
    official templates and real sheets bear them."""
    return _WHOLE.fullmatch(text) is not None


def looks_like(text: str) -> bool:
    """Whether it was meant as an IRDI, rightly written or not."""
    return _LOOKS_SO.match(text.strip()) is not None


def kind(text: str) -> Kind:
    """What sort of entry it stands for, as far as the identifier itself says: only a property is a meaning of a
    field. IEC CDD does not tell properties from classes."""
    found = _ONE.match(text)
    if found is None:
        return "other"
    one = found[0]
    if one.startswith("0173"):
        return _ECLASS_KINDS.get(one.split("#")[1][:2], "other")
    if "///62720#" in one:
        return "unit"
    return "value" if "#CTA" in one else "property"


def base(text: str) -> str:
    """The identifier without its version, so that two versions of an entry are known as one."""
    found = _ONE.match(text)
    if found is None:
        return text
    parts = found[0].split("#")
    return "#".join(parts[:2])
