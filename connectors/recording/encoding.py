"""Which encoding a text file has: UTF-8, or the ones that Excel and older machines write."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from connectors.errors import RecordingError

_BLOCK = 2**20


NAMES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("utf-8", "utf8", "us-ascii", "ascii", "utf-8-sig", "utf-8-bom"), "utf-8-sig"),
        **dict.fromkeys(("utf-16", "utf16", "utf-16le", "utf-16be", "unicode"), "utf-16"),
        **dict.fromkeys(("cp949", "ms949", "uhc", "windows-949", "x-windows-949"), "cp949"),
        **dict.fromkeys(("euc-kr", "euckr", "ks_c_5601-1987", "ksc5601", "ks_c_5601"), "cp949"),
    }
)
"""Encodings by the names that people and the IANA registry give them (2025-11), as Python reads them. What is
called euc-kr mostly is cp949, which holds it (WHATWG Encoding Standard, 2025-11: the label means the larger)."""


def find_encoding(file: Path, told: str | None = None) -> str:
    """``utf-8-sig`` and ``utf-16`` (with a byte order mark), ``utf-8``, ``cp949`` (which holds euc-kr); or the one
    that was ``told``, a value of ``NAMES``, checked.

    Raises ``RecordingError`` with the byte at which even the better of the two fails.
    """
    if told is not None:
        return _checked(file, told)
    with file.open("rb") as content:
        mark = content.read(3)
    if mark == codecs.BOM_UTF8:
        return _checked(file, "utf-8-sig")
    if mark[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return _checked(file, "utf-16")
    worst = 0
    for encoding in ("utf-8", "cp949"):
        fault = _fault(file, encoding)
        if fault is None:
            return encoding
        worst = max(worst, fault)
    raise RecordingError("recording-not-text", file=str(file), offset=worst)


def _checked(file: Path, encoding: str) -> str:
    fault = _fault(file, encoding)
    if fault is not None:
        raise RecordingError("recording-not-text", file=str(file), offset=fault)
    return encoding


def _fault(file: Path, encoding: str) -> int | None:
    """The position of the first byte that is no ``encoding``, or of a NUL, which no text has; or ``None``."""
    decoder = codecs.getincrementaldecoder(encoding)()
    begin = 0
    with file.open("rb") as content:
        while True:
            block = content.read(_BLOCK)
            kept = len(decoder.getstate()[0])
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as fault:
                return begin - kept + fault.start
            if "\0" in text:
                return begin - kept + len(text[: text.index("\0")].encode(encoding))
            begin += len(block)
            if not block:
                return None
