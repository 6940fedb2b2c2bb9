"""A mapping sheet judged by what stands in it: faults, what speaks against its IRDIs, how far it is settled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aas_server.errors import BadInput
from aas_server.ids import is_id_short
from aas_server.standard import fit, irdi
from aas_server.standard.clues import Clues, is_number
from aas_server.standard.dictionary import Dictionary
from aas_server.standard.fit import Misfit
from aas_server.standard.mapping.sheet import Book, Row, Sheet, by_language
from submodels.data_processing import Coverage
from templates import concepts, units
from templates.concepts import Concept

_VALUED = frozenset({"", "Prop", "Property", "MLP", "Range"})
"""Kinds of elements that hold a value, each of which needs a semantic id (KOSMO's guide); a row without a kind is
read as a property."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that speaks against what a row of a sheet says, with its cell."""

    cell: str
    misfit: Misfit


@dataclass(frozen=True, slots=True)
class Checked:
    """One sheet: ``properties`` of its ``rows``, how they stand, what is wrong (each names its cell), what looks
    wrong, and the cells of the properties that bear no identifier."""

    title: str
    rows: int
    properties: int
    coverage: Coverage
    faults: tuple[BadInput, ...]
    doubts: tuple[Doubt, ...]
    open: tuple[str, ...]


def check(book: Book, dictionary: Dictionary) -> list[Checked]:
    """Every mapping sheet of the workbook, whether it is of a product here or not."""
    return [_checked(sheet, dictionary) for sheet in book.sheets]


def faults(sheet: Sheet, row: Row, unit: str = "") -> Iterator[BadInput]:
    """What can't be taken over as it is written. ``unit``: one that need not be known."""
    official, iri, symbol = row.written("irdi"), row.written("iri"), row.written("unit")
    if official and not irdi.is_irdi(official):
        yield BadInput("mapping-irdi", cell=sheet.place(row, "irdi"), given=official)
    if iri and not official and not is_iri(iri):
        yield BadInput("mapping-iri", cell=sheet.place(row, "iri"), given=iri)
    if symbol and symbol != unit and units.by_any(symbol) is None:
        yield BadInput("mapping-unit", cell=sheet.place(row, "unit"), given=symbol)
    named = row.element[1]
    if named and (not is_id_short(named) or "-" in named):
        yield BadInput("mapping-id-short", cell=sheet.place(row, "id_short"), given=named)


def is_iri(text: str) -> bool:
    """Whether it can be an own URI."""
    return text.startswith(("http://", "https://", "urn:")) and not any(c.isspace() for c in text)


def doubts(sheet: Sheet, row: Row, clues: Clues, semantic_id: str, dictionary: Dictionary) -> list[Doubt]:
    """What speaks against the IRDI on what the row is about."""
    if not clues.name or not irdi.looks_like(semantic_id):
        return []
    place = sheet.place(row, "irdi")
    found = [Doubt(place, one) for one in fit.check(clues, semantic_id, dictionary) if one.key != "fit-invalid"]
    if dictionary.entry(semantic_id) is not None:
        return found
    # No dictionary here knows the identifier: what the sheet itself writes beside the name has to do.
    for key in ("definition", "preferred_name"):
        words = by_language(row.written(key)).get("en", "")
        called = row.element[1] or clues.name
        if words and not found and (told := fit.against_words(called, words)) is not None:
            found.append(Doubt(sheet.place(row, key), told))
    return found


def _checked(sheet: Sheet, dictionary: Dictionary) -> Checked:
    rows = [row for row in sheet.rows if row.element[1] and row.element[0] in _VALUED]
    counts = {"irdi": 0, "own": 0, "open": 0}
    lacking = []
    wrong: list[BadInput] = []
    doubted: list[Doubt] = []
    for row in rows:
        stands = _standing(row)
        counts[stands] += 1
        wrong += faults(sheet, row)
        doubted += doubts(sheet, row, _clues(row), row.written("irdi"), dictionary)
        if stands == "open":
            lacking.append(sheet.place(row, "irdi"))
    wrong += _doubled(sheet, rows)
    doubted += _shared(sheet, rows, dictionary)
    return Checked(
        sheet.title, len(sheet.rows), len(rows), Coverage(**counts), tuple(wrong), tuple(doubted), tuple(lacking)
    )


def _clues(row: Row) -> Clues:
    said = row.written("data_type")
    return Clues(row.element[1], row.written("unit"), is_number(said) if said else None)


def _standing(row: Row) -> str:
    if irdi.is_irdi(row.written("irdi")):
        return "irdi"
    return "own" if is_iri(row.written("iri")) else "open"


def _doubled(sheet: Sheet, rows: list[Row]) -> Iterator[BadInput]:
    first: dict[tuple[tuple[str, ...], str], str] = {}
    for row in rows:
        if tag := row.written("tag"):
            place = sheet.place(row, "tag")
            known = first.setdefault((row.collections, tag), place)
            if known != place:
                yield BadInput("mapping-tag-doubled", cell=place, tag=tag, first=known)


def _shared(sheet: Sheet, rows: list[Row], dictionary: Dictionary) -> Iterator[Doubt]:
    """An identifier that no dictionary here knows, on names of two quantities: one of them is wrong."""
    first: dict[str, tuple[Row, Concept]] = {}
    for row in rows:
        official, meant = row.written("irdi"), concepts.propose(row.element[1])
        if meant is None or not irdi.is_irdi(official) or dictionary.entry(official) is not None:
            continue
        before, other = first.setdefault(irdi.base(official), (row, meant))
        if fit.differ(meant, other):
            said: Mapping[str, str | Mapping[str, str]] = {
                "irdi": official,
                "name": row.element[1],
                "kind": meant.title,
                "other": other.title,
                "cell": sheet.place(before, "irdi"),
            }
            yield Doubt(sheet.place(row, "irdi"), Misfit("fit-shared", said))
