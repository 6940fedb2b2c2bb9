"""Dictionaries as tables: ECLASS CSV (``eClass…_PR_en.csv``, ``…_UN_en.csv``) and IEC CDD exports (xlsx, CSV).

Columns are found by their header, so that a release may add some. ECLASS CSV, ``;`` between cells: ``IrdiPR``,
``PreferredName``, ``ShortName``, ``Definition``, ``IrdiUN``, ``DataType``, ``ISOLanguageCode``; units: ``IrdiUN``,
``ShortName``, ``ECECode``. IEC CDD (the layout of IEC 62656-1): rows that begin with ``#`` are the head;
``#PROPERTY_ID`` gives each column its code (MDC_P001_6 code, MDC_P002_1 version, MDC_P004_1 preferred name,
MDC_P004_3 short name, MDC_P005 definition, MDC_P022 data type, MDC_P023 unit), ``#PROPERTY_NAME`` its name.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from aas_server.errors import BadInput
from aas_server.standard.entry import Entry, UnitNamed, dictionary_of
from aas_server.standard.importing.trouble import Trouble
from aas_server.standard.irdi import is_irdi, kind
from aas_server.standard.workbook import opened, rows
from templates import units

_LONGEST = 4000
_ENCODINGS = ("utf-8-sig", "cp949", "latin-1")
_HEADS = 12
"""Rows within which a head has to begin."""
_MDC = {
    "MDC_P001": "code",
    "MDC_P002_1": "version",
    "MDC_P004": "name",
    "MDC_P004_1": "name",
    "MDC_P004_3": "short",
    "MDC_P005": "definition",
    "MDC_P022": "type",
    "MDC_P023": "unit",
}
_NAMED = {
    "code": "code",
    "irdi": "code",
    "versionnumber": "version",
    "version": "version",
    "preferredname": "name",
    "shortname": "short",
    "definition": "definition",
    "datatype": "type",
    "primaryunit": "unit",
    "unit": "unit",
    "unitofmeasurement": "unit",
}
Cells = tuple[int, list[str]]


def read_csv(file: Path, note: Callable[[Trouble], None]) -> Iterator[Entry | UnitNamed]:
    """Rows of a CSV, whichever of the three it is. Raises ``BadInput`` for a table of another kind."""
    return _read(file, _lines(file), note)


def read_xlsx(file: Path, note: Callable[[Trouble], None]) -> Iterator[Entry | UnitNamed]:
    """Rows of the first sheet of a CDD export."""
    return _read(file, _sheet(file), note)


def _read(file: Path, lines: Iterator[Cells], note: Callable[[Trouble], None]) -> Iterator[Entry | UnitNamed]:
    first = next(lines, None)
    if first is None:
        raise BadInput("dictionary-file-empty", file=file)
    head = [cell.strip() for cell in first[1]]
    if "IrdiPR" in head and "PreferredName" in head:
        return _eclass(file, head, lines, note)
    if "IrdiUN" in head and "IrdiPR" not in head:
        return _eclass_units(head, lines)
    return _cdd(file, first, lines, note)


def _eclass(
    file: Path, head: list[str], lines: Iterator[Cells], note: Callable[[Trouble], None]
) -> Iterator[Entry | UnitNamed]:
    for line, cells in lines:
        row = dict(zip(head, (cell.strip() for cell in cells), strict=False))
        if len(cells) < len(head):
            note(Trouble(file.name, line, "dictionary-row-short", str(len(cells))))
            continue
        language = row.get("ISOLanguageCode", "en").lower()[:8] or "en"
        made = _entry(
            file,
            line,
            note,
            irdi=row["IrdiPR"],
            names={language: row["PreferredName"]},
            definition={language: row.get("Definition", "")},
            unit=row.get("IrdiUN", ""),
            data_type=row.get("DataType", ""),
            short=row.get("ShortName", ""),
        )
        if made is not None:
            yield made


def _eclass_units(head: list[str], lines: Iterator[Cells]) -> Iterator[UnitNamed]:
    for _, cells in lines:
        row = dict(zip(head, (cell.strip() for cell in cells), strict=False))
        known = units.by_code(row.get("ECECode", "")) or units.unit(row.get("ShortName", ""))
        symbol = known.symbol if known else row.get("ShortName", "")
        if is_irdi(row.get("IrdiUN", "")) and symbol:
            yield UnitNamed(row["IrdiUN"], symbol)


def _cdd(
    file: Path, first: Cells, lines: Iterator[Cells], note: Callable[[Trouble], None]
) -> Iterator[Entry | UnitNamed]:
    head: dict[int, tuple[str, str]] = {}
    for number, (line, cells) in enumerate(_chained(first, lines)):
        marked = cells[0].strip().startswith("#") if cells else False
        if marked or not head:
            head |= {place: what for place, what in _columns(cells).items() if place not in head}
            if number >= _HEADS and not head:
                break
            continue
        row = _row(head, cells)
        if not any(row.values()):
            continue
        code, version = row.get("code", ""), row.get("version", "")
        made = _entry(
            file,
            line,
            note,
            irdi=f"{code}#{_three(version)}" if code.count("#") == 1 and version else code,
            names=_languages(head, cells, "name"),
            definition=_languages(head, cells, "definition"),
            unit=row.get("unit", ""),
            data_type=row.get("type", ""),
            short=row.get("short", ""),
        )
        if made is not None:
            yield made
    if {"code", "name"} - {what for what, _ in head.values()}:
        raise BadInput("dictionary-columns-missing", file=file)


def _columns(cells: list[str]) -> dict[int, tuple[str, str]]:
    """Which cell of a head row names which column, and its language."""
    found: dict[int, tuple[str, str]] = {}
    for place, cell in enumerate(cells):
        plain, _, language = cell.strip().partition(".")
        what = next(
            (_MDC[code] for code in (plain, re.sub(r"^(MDC_P001)_\d+$", r"\1", plain)) if code in _MDC), None
        )
        what = what or _NAMED.get(re.sub(r"[^a-z]", "", plain.lower()))
        if what is not None:
            found[place] = (what, language.lower()[:8] or "en")
    return found if {"code", "name"} <= {what for what, _ in found.values()} else {}


def _row(head: Mapping[int, tuple[str, str]], cells: list[str]) -> dict[str, str]:
    row: dict[str, str] = {}
    for place, (what, _) in head.items():
        if place < len(cells) and cells[place].strip():
            row.setdefault(what, cells[place].strip())
    return row


def _languages(head: Mapping[int, tuple[str, str]], cells: list[str], wanted: str) -> dict[str, str]:
    return {
        language: cells[place].strip()
        for place, (what, language) in head.items()
        if what == wanted and place < len(cells) and cells[place].strip()
    }


def _three(version: str) -> str:
    number = version.partition(".")[0]
    return f"{int(number):03d}" if number.isdecimal() else version


def _entry(
    file: Path,
    line: int,
    note: Callable[[Trouble], None],
    *,
    irdi: str,
    names: Mapping[str, str],
    definition: Mapping[str, str],
    unit: str,
    data_type: str,
    short: str,
) -> Entry | None:
    if not is_irdi(irdi) or kind(irdi) != "property":
        note(Trouble(file.name, line, "dictionary-row-irdi", irdi[:80]))
        return None
    called = {language: name[:_LONGEST] for language, name in names.items() if name}
    if not called:
        note(Trouble(file.name, line, "dictionary-row-nameless", irdi))
        return None
    known = units.by_any(unit)
    return Entry(
        id=irdi,
        dictionary=dictionary_of(irdi),
        names=called,
        definition={language: text[:_LONGEST] for language, text in definition.items() if text},
        unit=known.symbol if known else unit,
        data_type=data_type.removesuffix("_TYPE"),
        short=(short,) if short else (),
        source=file.name,
    )


def _lines(file: Path) -> Iterator[Cells]:
    encoding = _encoding(file)
    with file.open(encoding=encoding, newline="") as text:
        head = text.read(65536)
        text.seek(0)
        first = head.splitlines()[0] if head else ""
        delimiter = max(";,\t", key=first.count)
        reader = csv.reader(text, delimiter=delimiter)
        try:
            for cells in reader:
                if any(cells):
                    yield reader.line_num, cells
        except csv.Error as fault:
            raise BadInput("dictionary-csv-broken", file=file, line=reader.line_num, fault=fault) from None


def _encoding(file: Path) -> str:
    """UTF-16 where its mark says so (Excel's "Unicode text"), else the first encoding that the file can be read in
    from end to end. Raises ``BadInput`` where the mark lies."""
    with file.open("rb") as begun:
        marked = begun.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    if marked:
        if not _decodes(file, "utf-16"):
            raise BadInput("dictionary-csv-broken", file=file, line=1, fault="UTF-16")
        return "utf-16"
    for encoding in _ENCODINGS[:-1]:
        if _decodes(file, encoding):
            return encoding
    return _ENCODINGS[-1]


def _decodes(file: Path, encoding: str) -> bool:
    try:
        with file.open(encoding=encoding, newline="") as text:
            while text.read(io.DEFAULT_BUFFER_SIZE * 4):
                pass
    except UnicodeError:
        return False
    return True


def _sheet(file: Path) -> Iterator[Cells]:
    with opened(file) as book:
        for number, cells in rows(book.worksheets[0]):
            texts = ["" if cell is None else str(cell) for cell in cells]
            if any(texts):
                yield number, texts


def _chained(first: Cells, rest: Iterable[Cells]) -> Iterator[Cells]:
    yield first
    yield from rest
