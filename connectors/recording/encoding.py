"""Which encoding a text file has: UTF-8, or the Korean one that Excel and older machines write."""

from __future__ import annotations

import codecs
from pathlib import Path

from connectors.errors import RecordingError

_BLOCK = 2**20


def find_encoding(file: Path) -> str:
    """``utf-8-sig`` (with a byte order mark), ``utf-8`` or ``cp949`` (which holds euc-kr).

    Raises ``RecordingError`` with the byte at which even the better of the two fails.
    """
    with file.open("rb") as content:
        if content.read(3) == codecs.BOM_UTF8:
            return _checked(file, "utf-8-sig")
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
    """The position of the first byte that is no ``encoding``, or ``None``."""
    decoder = codecs.getincrementaldecoder(encoding)()
    begin = 0
    with file.open("rb") as content:
        while True:
            block = content.read(_BLOCK)
            kept = len(decoder.getstate()[0])
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as fault:
                return begin - kept + fault.start
            begin += len(block)
            if not block:
                return None
