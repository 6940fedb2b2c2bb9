"""Texts on their way into the database: what every engine takes, and keys short enough for any index."""

from __future__ import annotations

import hashlib
import re

from aas_server.errors import BadInput

SHORT = 200
"""Characters by which texts of any length are found. PostgreSQL takes some 2,700 bytes into one entry of an index:
three such keys of four-byte characters fit. The same number stands in the migrations' indexes."""
_INDEX = re.compile(r"\[\d+\]")


def storable(text: str) -> bool:
    """Whether every engine can keep it: PostgreSQL has no NUL in texts, UTF-8 no halves of surrogate pairs."""
    if "\x00" in text:
        return False
    try:
        text.isascii() or text.encode()
    except UnicodeEncodeError:
        return False
    return True


def check(*texts: str | None) -> None:
    """Raises ``BadInput`` for a text that can't be kept."""
    for text in texts:
        if text is not None and not storable(text):
            raise BadInput("text-not-storable", text=text.encode("unicode_escape").decode()[:SHORT])


def key(text: str) -> str:
    """The text itself where it is short, else its beginning and its hash: equal where the texts are."""
    if len(text) <= SHORT:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"{text[: SHORT - len(digest)]}{digest}"


def shape(path: str) -> str:
    """A field or path with every index blanked, as a key: ``A[0].B[12]`` → ``A[].B[]``."""
    return key(_INDEX.sub("[]", path))
