"""Identifiers: how ids travel in paths, how names become idShorts, how our own URIs are formed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from aas_server.errors import BadInput

_ID_SHORT = re.compile(r"[a-zA-Z][a-zA-Z0-9_-]*[a-zA-Z0-9_]+")
_ILLEGAL = re.compile(r"[^a-zA-Z0-9]+")


def encode(identifier: str) -> str:
    """An identifier as it stands in a path: base64url of its UTF-8 without padding (IDTA-01002)."""
    return base64.urlsafe_b64encode(identifier.encode()).decode().rstrip("=")


@lru_cache(maxsize=2048)
def decode(encoded: str) -> str:
    """The identifier of a path segment. Padding and standard base64 are accepted, as clients send both.

    Raises ``BadInput`` where it is no base64 or no UTF-8.
    """
    raw = encoded.rstrip("=").replace("+", "-").replace("/", "_").replace(" ", "-")
    try:
        if not re.fullmatch(r"[A-Za-z0-9_-]+", raw):
            raise ValueError
        return base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)).decode("utf-8")
    except (ValueError, binascii.Error, UnicodeDecodeError):
        raise BadInput("id-not-base64url", given=encoded) from None


def is_id_short(name: str) -> bool:
    """Whether ``name`` is a legal idShort (AASd-002: a letter, then letters, digits, ``_``, ``-``)."""
    return len(name) <= 128 and _ID_SHORT.fullmatch(name) is not None


def id_short(name: str) -> str:
    """A legal idShort for any name: ASCII kept, the rest dropped; with a hash where that would lose letters.

    A hyphen becomes ``_``: metamodel 3.1 allows it, but 3.0, in which packages are written, does not (AASd-002).
    """
    if is_id_short(name) and "-" not in name:
        return name
    plain = unicodedata.normalize("NFKD", name)
    kept = "_".join(part for part in _ILLEGAL.split(plain) if part)[:100].strip("_")
    lost = any(letter.isalpha() and not letter.isascii() for letter in unicodedata.normalize("NFC", name))
    if not kept or lost:
        kept = f"{kept or 'x'}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    if not kept[0].isalpha() or len(kept) == 1:
        kept = "x_" + kept
    return kept


def id_shorts(names: list[str]) -> dict[str, str]:
    """A legal idShort for each name, no two equal (case is ignored, as AASd-022 demands of siblings)."""
    taken: set[str] = set()
    result: dict[str, str] = {}
    for name in names:
        wanted = candidate = id_short(name)
        number = 2
        while candidate.lower() in taken:
            candidate = f"{wanted}_{number}"
            number += 1
        taken.add(candidate.lower())
        result[name] = candidate
    return result


def slug(name: str) -> str:
    """A short lower-case name for paths, topics and folders; never empty."""
    kept = _ILLEGAL.sub("-", unicodedata.normalize("NFKD", name)).strip("-").lower()[:60].strip("-")
    lost = any(letter.isalpha() and not letter.isascii() for letter in name)
    if not kept or lost:
        kept = "-".join(part for part in (kept, hashlib.sha256(name.encode()).hexdigest()[:8]) if part)
    return kept


@dataclass(frozen=True, slots=True)
class Names:
    """The URIs we give, all below ``<domain>/ids/`` (the form of the KOSMO guides)."""

    domain: str

    def shell(self, product: str) -> str:
        return f"{self.domain}/ids/aas/{product}"

    def asset(self, product: str) -> str:
        return f"{self.domain}/ids/asset/{product}"

    def submodel(self, product: str, kind: str) -> str:
        """``kind`` is the submodel's idShort, such as ``TimeSeries``."""
        return f"{self.domain}/ids/sm/{product}/{kind}"

    def concept(self, *path: str) -> str:
        """An own URI for a property for which no IRDI is known. ``path`` leads to it (product, stream, idShort): a
        name alone may mean another thing, in another unit, elsewhere. Different paths give different URIs."""
        return f"{self.domain}/ids/cd/{'/'.join(quote(part, safe='') for part in path)}"

    def product(self, product: str) -> str:
        return f"{self.domain}/ids/product/{product}"

    def release(self, release: str) -> str:
        return f"{self.domain}/ids/release/{release}"

    def listing(self, release: str) -> str:
        """The listing's id follows from the release id alone, so the package can name it before it exists."""
        return f"{self.domain}/ids/listing/{release}"
