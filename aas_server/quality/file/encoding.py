"""A text file as UTF-8 with one sort of line end, whatever it was written in."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aas_server.errors import BadInput
from aas_server.quality.subject import Written

_BLOCK = 2**22
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOOKED_AT = 4096
_FEW = 4
_TELLING = 10
"""So many times more good than broken characters say that a text with broken ones is UTF-8 nevertheless: no other
encoding makes its bytes by chance."""


@dataclass(frozen=True, slots=True)
class Text:
    """``path``: the file itself where it is UTF-8 already, else a copy. ``ends``: how many line ends it has."""

    path: Path
    written: Written
    ends: int


@dataclass(slots=True)
class _Counted:
    good: int = 0
    broken: int = 0
    lines: tuple[int, ...] = ()
    ends: int = 0
    returns: int = 0
    pairs: int = 0
    nul: bool = False


def as_utf8(file: Path, folder: Path) -> Text:
    """Find out the encoding (UTF-8, UTF-16, cp949 with euc-kr in it) and copy into ``folder`` what is not UTF-8.

    Bytes that are no text in the encoding become U+FFFD, counted. Raises ``BadInput`` for what is no text at all.
    """
    encoding = _marked(file)
    counted = _count(file, encoding or "utf-8")
    if encoding is None and counted.broken:
        encoding, counted = _better(file, counted)
    encoding = encoding or "utf-8"
    if counted.nul or counted.broken > counted.good + counted.ends:
        raise BadInput("quality-file-binary", file=str(file))
    written = Written(_NAMES.get(encoding, encoding), counted.broken, counted.lines)
    mixed = counted.returns > counted.pairs and counted.ends > 0
    mixed = mixed or (0 < counted.pairs < counted.ends)
    ends = counted.ends or counted.returns
    if encoding.startswith("utf-8") and not counted.broken and not mixed:
        return Text(file, written, ends)
    return Text(_copied(file, encoding, folder), written, ends)


_NAMES = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}


def _marked(file: Path) -> str | None:
    """The encoding that the first bytes tell."""
    with file.open("rb") as content:
        head = content.read(_LOOKED_AT)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    even, odd = head[::2].count(0), head[1::2].count(0)
    # a letter of ASCII has one zero byte, always on the same side; Hangul may have one on the other
    if odd > max(len(head) // 10, _FEW) and odd > 3 * even:
        return "utf-16-le"
    if even > max(len(head) // 10, _FEW) and even > 3 * odd:
        return "utf-16-be"
    return None


def _better(file: Path, utf8: _Counted) -> tuple[str, _Counted]:
    if utf8.good > _TELLING * utf8.broken:
        return "utf-8", utf8
    korean = _count(file, "cp949")
    return ("cp949", korean) if korean.broken < utf8.broken else ("utf-8", utf8)


def _count(file: Path, encoding: str) -> _Counted:
    found = _Counted()
    last = ""
    for text, genuine in _decoded(file, encoding):
        broken = text.count("\ufffd") - genuine
        if broken > 0 and len(found.lines) < 3:
            found.lines += tuple(_lines_of(text, found.ends))[: 3 - len(found.lines)]
        found.broken += max(broken, 0)
        if not text.isascii():
            found.good += sum(character > "\x7f" for character in text) - max(broken, 0)
        found.ends += text.count("\n")
        found.returns += text.count("\r")
        found.pairs += text.count("\r\n") + (last == "\r" and text.startswith("\n"))
        found.nul = found.nul or "\0" in text
        last = text[-1:]
    return found


def _decoded(file: Path, encoding: str) -> Iterator[tuple[str, int]]:
    """The text in blocks, each with how many U+FFFD stand in the file itself."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    mark = "\ufffd".encode(encoding) if encoding.startswith("utf") else b""
    kept = b""
    with file.open("rb") as content:
        while block := content.read(_BLOCK):
            genuine = (kept + block).count(mark[-3:]) if mark else 0
            kept = block[-2:] if mark else b""
            yield decoder.decode(block), genuine
    yield decoder.decode(b"", final=True), 0


def _lines_of(text: str, before: int) -> Iterator[int]:
    for number, line in enumerate(text.split("\n"), before + 1):
        if "\ufffd" in line:
            yield number


def _copied(file: Path, encoding: str, folder: Path) -> Path:
    copy = folder / "text.csv"
    with (
        file.open(encoding=encoding, errors="replace") as source,
        copy.open("w", encoding="utf-8", newline="\n") as target,
    ):
        while block := source.read(_BLOCK):
            target.write(block)
    return copy
