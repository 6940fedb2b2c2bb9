"""Open Packaging Conventions (ECMA-376 part 2) as far as AASX (IDTA-01005) needs them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from posixpath import dirname, join, normpath
from urllib.parse import quote, unquote
from xml.sax.saxutils import quoteattr

ORIGIN = "http://admin-shell.io/aasx/relationships/aasx-origin"
SPEC = "http://admin-shell.io/aasx/relationships/aas-spec"
SUPPLEMENT = "http://admin-shell.io/aasx/relationships/aas-suppl"
THUMBNAIL = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail"
TYPES = (ORIGIN, SPEC, SUPPLEMENT, THUMBNAIL)

CONTENT_TYPES = "[Content_Types].xml"
ROOT = ""
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONSHIPS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
_SAFE = "/!$&'()*+,;=:@-._~"


@dataclass(frozen=True, slots=True)
class Relationship:
    """``target`` is a part's name, from the package's root, without a leading slash. ``external``: it is said to
    lie outside of the package."""

    type: str
    target: str
    external: bool = False

    def means(self, type: str) -> bool:
        """Whether it is of a type; files of the field also write it under ``www.admin-shell.io``."""
        return self.type.replace("://www.admin-shell.io/", "://admin-shell.io/") == type


def part_name(path: str) -> str:
    """The zip entry of a path in a package: no leading slash, percent-encoded where OPC demands it."""
    return quote(path.lstrip("/"), safe=_SAFE + "%" if "%" in path else _SAFE)


def spellings(path: str) -> list[str]:
    """The entries under which a File element's path may lie in a package written by others."""
    plain = path.removeprefix("file://").lstrip("/")
    return list(dict.fromkeys((plain, quote(plain, safe=_SAFE), unquote(plain))))


def relationships_name(part: str) -> str:
    """The part that holds the relationships of ``part`` (``ROOT`` for the package)."""
    folder, _, name = part.rpartition("/")
    return join(folder, "_rels", f"{name}.rels")


def holds_relationships(part: str) -> bool:
    """Whether a part is one of relationships."""
    return part.endswith(".rels") and f"/{part}".rpartition("/")[0].endswith("/_rels")


def resolved(source: str, target: str) -> str:
    """A relationship's target as a part's name: relative ones start at the source's folder."""
    return normpath(join("/" + dirname(source), target)).lstrip("/")


def relationships_xml(relationships: Iterable[Relationship]) -> bytes:
    """A relationships part."""
    lines = [
        f'<Relationship Id="R{number}" Type={quoteattr(one.type)} Target={quoteattr("/" + one.target)}/>'
        for number, one in enumerate(relationships, 1)
    ]
    body = "".join(lines)
    return f'{_HEAD}<Relationships xmlns="{_RELATIONSHIPS}">{body}</Relationships>'.encode()


def content_types_xml(parts: Mapping[str, str]) -> bytes:
    """``[Content_Types].xml`` for parts by name; each part is named, so extensions need not agree."""
    body = f'<Default Extension="rels" ContentType="{_RELATIONSHIPS_TYPE}"/>' + "".join(
        f"<Override PartName={quoteattr('/' + name)} ContentType={quoteattr(kind)}/>"
        for name, kind in parts.items()
    )
    return f'{_HEAD}<Types xmlns="{_TYPES}">{body}</Types>'.encode()
