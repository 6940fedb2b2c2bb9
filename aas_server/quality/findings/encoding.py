"""``encoding``: a text that is not UTF-8, bytes that are no text, texts that were read in a wrong encoding."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aas_server.messages import in_all
from aas_server.quality.counting import count_each
from aas_server.quality.facts import Facts
from aas_server.quality.finding import Finding
from aas_server.quality.findings.pointing import examples, shown
from aas_server.quality.findings.pointing import rows as rows_of
from aas_server.quality.subject import Seen, Subject
from aas_server.store.parquet import literal

_LOST = "\ufffd"
_LOOKED_AT = 10_000
"""Different texts of a column that are looked at for a wrong encoding: more would be free text."""
_LISTED = 1000
_AT_ONCE = 200


def find(facts: Facts) -> Finding | None:
    """``count``: the file itself where it is not UTF-8 (1), and the cells and column names with broken text. A
    byte order mark is no fault."""
    subject = facts.subject
    foreign = subject.written is not None and subject.written.encoding != "utf-8"
    conditions = list(_broken(facts))
    names = [column.name for column in subject.columns if _LOST in column.name or garbled(column.name)]
    cells = 0
    if conditions:
        counts = count_each(subject.connection, subject.relation, [condition for _, condition in conditions])
        conditions = [pair for pair, count in zip(conditions, counts, strict=True) if count]
        cells = sum(counts)
    if not (foreign or cells or names):
        return None
    concerned = {column.name for column, _ in conditions} | set(names)
    encoding = subject.written.encoding.upper() if subject.written is not None else "UTF-8"
    return Finding(
        "encoding",
        int(foreign) + cells + len(names),
        tuple(column.name for column in subject.columns if column.name in concerned),
        examples(subject, [(condition, shown(column.name, column.raw)) for column, condition in conditions]),
        in_all(
            "quality-found-encoding-foreign" if foreign else "quality-found-encoding",
            encoding=encoding,
            cells=f"{cells:,}",
            names=f"{len(names):,}",
        ),
        rows_of(subject.relation, [condition for _, condition in conditions]) if conditions else "",
    )


def garbled(text: str) -> str:
    """What a text would be if it had not been read in a wrong encoding (``ì˜¨ë„`` is 온도, ``¡É`` is ℃); empty
    where it is right as it stands."""
    if text.isascii():
        return ""
    for wrong, right in (("cp1252", "utf-8"), ("cp949", "utf-8"), ("latin-1", "cp949")):
        try:
            read = _bytes(text, wrong)
            meant = read.decode(right)
        except (UnicodeDecodeError, UnicodeEncodeError):
            continue
        korean = sum("\uac00" <= letter <= "\ud7a3" for letter in meant)
        # °C and µm read as cp949 would be one syllable each: whole words, of whole pairs of bytes, are asked for
        if wrong == "cp1252" or (korean * 2 > len(meant) and (right == "utf-8" or (korean > 1 and _paired(read)))):
            return meant
    return ""


def _paired(read: bytes) -> bool:
    return all(len(run) % 2 == 0 for run in re.findall(rb"[\x80-\xff]+", read))


def _bytes(text: str, encoding: str) -> bytes:
    """The bytes that were read as ``text``; Windows reads the few that cp1252 lacks as Latin-1."""
    if encoding != "cp1252":
        return text.encode(encoding)
    return b"".join(
        letter.encode("latin-1") if "\x80" <= letter <= "\x9f" else letter.encode("cp1252") for letter in text
    )


def _broken(facts: Facts) -> Iterator[tuple[Seen, str]]:
    """Each column of texts with the condition, never null, that a cell's text is broken."""
    subject = facts.subject
    for column in _foreign(subject):
        found = subject.connection.execute(
            f"SELECT DISTINCT {column.sql} FROM {subject.relation} "  # noqa: S608
            f"WHERE {_more_than_ascii(column)} LIMIT {_LOOKED_AT}"
        ).fetchall()
        texts = [text for (text,) in found if garbled(text)][:_LISTED]
        if texts or any(_LOST in text for (text,) in found) or len(found) == _LOOKED_AT:
            listed = f" OR {column.sql} IN ({', '.join(map(literal, texts))})" if texts else ""
            yield column, f"coalesce(contains({column.sql}, '{_LOST}'){listed}, false)"


def _foreign(subject: Subject) -> Iterator[Seen]:
    """The columns of texts that hold more than ASCII somewhere."""
    texts = [column for column in subject.columns if column.kind == "string"]
    for begin in range(0, len(texts), _AT_ONCE):
        part = texts[begin : begin + _AT_ONCE]
        asked = ", ".join(f"bool_or({_more_than_ascii(column)})" for column in part)
        [found] = subject.connection.execute(f"SELECT {asked} FROM {subject.relation}").fetchall()  # noqa: S608
        yield from (column for column, more in zip(part, found, strict=True) if more)


def _more_than_ascii(column: Seen) -> str:
    return f"strlen({column.sql}) <> length({column.sql})"
