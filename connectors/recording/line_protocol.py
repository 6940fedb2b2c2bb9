"""InfluxDB line protocol as a recording: one measurement of a file, a line a row.

``measurement,tag=value field=1.5,state="RUN" 1772323200000000000``: tags and fields become columns side by side
(tags are texts), the time stamp the column ``time`` in ISO 8601. A tag that is called like a field gets ``_1``, as
InfluxDB itself shows it. Source: InfluxDB v2 documentation, "Line protocol" (2025-11).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from connectors.errors import RecordingError
from connectors.message import Scalar
from connectors.recording.columns import REAL, survey
from connectors.recording.encoding import find_encoding
from connectors.recording.hints import Hints
from connectors.recording.stamps import PER_SECOND, iso

TIME = "time"
_MOST = 100
"""Measurements of one file: each is a stream of its own, and read in a pass of its own."""
_LONGEST = 2**20
"""Characters of one line, its texts with line ends included."""
_SHOWN = 40
_NAME = re.compile(r"(?:\\.|[^,\s\\]|\\)+", re.DOTALL)
_TAG = re.compile(r",((?:\\.|[^,=\s\\]|\\(?=[^,=\s]))+)=((?:\\.|[^,=\s\\]|\\(?=[^,=\s]))+)", re.DOTALL)
_FIELD = re.compile(r'((?:\\.|[^,=\s"\\]|\\(?=[^,=\s]))+)=("(?:\\.|[^"\\])*"|[^,\s"]+)', re.DOTALL)
_STAMP = re.compile(r"[ \t]+(-?\d{1,19})[ \t]*\r?\n?\Z", re.ASCII)
_ESCAPED = re.compile(r"\\([,= ])")
_QUOTED = re.compile(r'\\(["\\])')
_QUOTES = re.compile(r'\\.|[^"]', re.DOTALL)
"""All but the quotes that begin or end a text."""
_WHOLE = re.compile(r"-?\d+", re.ASCII)
_BOOLS: Mapping[str, bool] = {
    **dict.fromkeys(("t", "T", "true", "True", "TRUE"), True),
    **dict.fromkeys(("f", "F", "false", "False", "FALSE"), False),
}
_INT64, _UINT64 = range(-(2**63), 2**63), range(2**64)


class _Wrong(Exception):
    """What a line has in place of what was expected."""


class LineProtocolFile:
    """``columns`` and ``rows`` of one measurement."""

    format = "line-protocol"
    delimiter: str | None = None

    def __init__(self, file: Path, hints: Hints) -> None:
        self.file = file
        self.encoding: str | None = find_encoding(file, hints.encoding)
        self._per_second = PER_SECOND[hints.precision]
        self._measurement = hints.part or measurements(file, hints)[0]
        self.rows, self.columns = survey(self.values())

    def values(self) -> Iterator[dict[str, Scalar]]:
        """The measurement's rows in file order; a column that a line does not have is missing there."""
        for number, line in _lines(self.file, self.encoding):
            name, rest = _measurement(self.file, number, line)
            if name == self._measurement:
                try:
                    yield _row(line, rest, self._per_second)
                except _Wrong as fault:
                    raise _unreadable(self.file, number, str(fault)) from None


def measurements(file: Path, hints: Hints) -> Sequence[str]:
    """The names of a file's measurements, in the order they come. Raises ``RecordingError``."""
    found: dict[str, None] = {}
    for number, line in _lines(file, find_encoding(file, hints.encoding)):
        found[_measurement(file, number, line)[0]] = None
        if len(found) > _MOST:
            raise RecordingError("recording-too-many-parts", file=str(file), most=_MOST)
    if not found:
        raise RecordingError("recording-empty", file=str(file))
    return list(found)


def _lines(file: Path, encoding: str | None) -> Iterator[tuple[int, str]]:
    """Line number and text of each point; a text in quotes may go over several lines."""
    with file.open(encoding=encoding, newline="\n") as content:
        held: list[str] = []
        size = start = 0
        for number, line in enumerate(content, start=1):
            if not held and (not line.strip() or line.lstrip().startswith("#")):
                continue
            start = start if held else number
            # Of a line that goes on, only what is new is looked at: a long text would cost its square otherwise.
            inside = _is_open(line[_after_tags(line) :] if not held else line, inside=bool(held))
            held.append(line)
            size += len(line)
            if size > _LONGEST:
                break
            if not inside:
                yield start, "".join(held)
                held, size = [], 0
        if held:
            raise _unreadable(file, start, held[0][:_SHOWN])


def _is_open(text: str, inside: bool) -> bool:
    """Whether it ends inside a text in quotes; ``inside``: whether it begins there."""
    if '"' in text:
        inside ^= len(_QUOTES.sub("", text)) % 2 == 1
    return inside


def _after_tags(line: str) -> int:
    """Where the fields begin: quotes before them are letters like any other."""
    match = _NAME.match(line)
    at = match.end() if match else 0
    while match := _TAG.match(line, at):
        at = match.end()
    return at


def _measurement(file: Path, number: int, line: str) -> tuple[str, int]:
    """The measurement's name, and where the rest begins."""
    match = _NAME.match(line)
    if match is None:
        raise _unreadable(file, number, line[:_SHOWN])
    return _ESCAPED.sub(r"\1", match[0]), match.end()


def _row(line: str, at: int, per_second: int) -> dict[str, Scalar]:
    tags: dict[str, Scalar] = {}
    while match := _TAG.match(line, at):
        tags[_ESCAPED.sub(r"\1", match[1])] = _ESCAPED.sub(r"\1", match[2])
        at = match.end()
    fields: dict[str, Scalar] = {}
    at = _over_blanks(line, at)
    while match := _FIELD.match(line, at):
        fields[_ESCAPED.sub(r"\1", match[1])] = _value(match[2])
        at = match.end()
        if line[at : at + 1] != ",":
            break
        at += 1
    if not fields:
        raise _Wrong(line[at : at + _SHOWN].strip() or line[:_SHOWN])
    row = _beside(tags, fields)
    if line[at:].strip():
        stamp = _STAMP.match(line, at)
        if stamp is None:
            raise _Wrong(line[at : at + _SHOWN].strip())
        row[TIME] = iso(int(stamp[1]), per_second) + "Z"
    return row


def _over_blanks(line: str, at: int) -> int:
    begin = at
    while line[at : at + 1] == " ":
        at += 1
    if at == begin:
        raise _Wrong(line[at : at + _SHOWN].strip() or line[:_SHOWN].strip())
    return at


def _beside(tags: dict[str, Scalar], fields: dict[str, Scalar]) -> dict[str, Scalar]:
    """Tags and fields side by side. ``time`` is the time stamp's own name (InfluxDB reserves it, too)."""
    if TIME in tags or TIME in fields:
        raise _Wrong(TIME)
    return {(f"{name}_1" if name in fields else name): value for name, value in tags.items()} | fields


def _value(text: str) -> Scalar:
    if text[0] == '"':
        return _QUOTED.sub(r"\1", text[1:-1])
    if text in _BOOLS:
        return _BOOLS[text]
    if text[-1] in "iu" and _WHOLE.fullmatch(text[:-1]):
        number = int(text[:-1]) if len(text) < 22 else 2**64
        if number in (_INT64 if text[-1] == "i" else _UINT64):
            return number
    elif REAL.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    raise _Wrong(text[:_SHOWN])


def _unreadable(file: Path, line: int, found: str) -> RecordingError:
    return RecordingError("recording-no-point", file=str(file), line=line, found=found.strip())
