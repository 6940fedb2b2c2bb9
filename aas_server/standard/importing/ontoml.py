"""ECLASS XML: ISO 13584-32 (OntoML) within ``dic:eclass_dictionary``, and UnitsML for the units.

Structure (ECLASS dictionary schema 5.0): ``ontoml:property`` with ``@id``; ``preferred_name/label`` and
``definition/text`` with ``@language_code``; ``short_name/label``; ``domain`` with ``@xsi:type`` and
``unit/@unit_ref``. Units: ``unitsml:Unit`` with ``@xml:id``, ``UnitSymbol`` and ``CodeListValue``. Names are
matched without their namespace, whose prefix differs from release to release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from lxml import etree

from aas_server.errors import BadInput
from aas_server.standard.entry import Entry, UnitNamed, dictionary_of
from aas_server.standard.importing.trouble import Trouble
from aas_server.standard.irdi import is_irdi, kind
from aas_server.twin.package import xml
from templates import units

_DEPTH = 60
"""Nesting of an ECLASS file stays below 12."""
_CHUNK = 4096
"""Bytes parsed at once: too few to nest deeper than libxml2 bears before our own bound is asked."""
_MOST_HELD = 64_000_000
"""Bytes of one class or property. The largest class of ECLASS has some 100 kB."""
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
_LONGEST = 4000
"""Characters of a name or definition that are kept."""


def read(file: Path, note: Callable[[Trouble], None]) -> Iterator[Entry | UnitNamed]:
    """Properties and units as their elements end. Raises ``BadInput`` for no XML, for one without classes,
    properties and units, for a DTD or an entity, and for endless nesting."""

    def opened() -> BinaryIO:
        return file.open("rb")

    xml.opening(opened, file.name)
    held = Held()
    dictionary = False
    for depth, element in _pieces(file, held):
        name = _local(element)
        dictionary = dictionary or name in ("property", "Unit", "class", "datatype")
        if name == "property" and element.get("id") is not None:
            if (entry := _entry(file, element, note)) is not None:
                yield entry
        elif name == "Unit" and (unit := _unit(element)) is not None:
            yield unit
        if name in ("property", "Unit", "class", "datatype") or depth <= 3:
            xml.discard(element)
            held.since = held.read
    if not dictionary:
        raise BadInput("dictionary-xml-none", file=file)


@dataclass(slots=True)
class Held:
    """Bytes read so far, and up to where they were given back."""

    read: int = 0
    since: int = 0


def _pieces(file: Path, held: Held) -> Iterator[tuple[int, etree._Element]]:
    """``(depth, element)`` as elements end. ECLASS writes IRDIs as ``xml:id``, which XML does not allow; every
    other fault ends the reading."""
    parser = etree.XMLPullParser(
        events=("start", "end"),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )
    depth = 0
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            parser.feed(chunk)
            _refuse_faults(parser, file)
            held.read += len(chunk)
            if held.read - held.since > _MOST_HELD:
                raise BadInput("dictionary-element-too-large", file=file, most=f"{_MOST_HELD:,}")
            for event, element in cast(Iterator[tuple[str, etree._Element]], parser.read_events()):
                depth += 1 if event == "start" else 0
                if depth > _DEPTH:
                    raise BadInput("xml-too-deep", limit=_DEPTH)
                if event == "end":
                    yield depth, element
                    depth -= 1
    parser.close()
    _refuse_faults(parser, file)


def _refuse_faults(parser: etree.XMLPullParser, file: Path) -> None:
    for fault in parser.feed_error_log:
        if fault.type_name != "DTD_XMLID_VALUE":
            raise BadInput("xml-unreadable", part=file.name, fault=f"{fault.message} ({fault.line})")


def _entry(file: Path, element: etree._Element, note: Callable[[Trouble], None]) -> Entry | None:
    irdi = str(element.get("id"))
    names = _by_language(element, "preferred_name", "label")
    if not is_irdi(irdi) or kind(irdi) != "property":
        note(Trouble(file.name, _line(element), "dictionary-row-irdi", irdi[:80]))
        return None
    if not names:
        note(Trouble(file.name, _line(element), "dictionary-row-nameless", irdi))
        return None
    domain = next((child for child in element if _local(child) == "domain"), None)
    unit = next((one.get("unit_ref", "") for one in _within(domain, "unit")), "")
    return Entry(
        id=irdi,
        dictionary=dictionary_of(irdi),
        names=names,
        definition=_by_language(element, "definition", "text"),
        unit=str(unit),
        data_type=str(domain.get(_TYPE, "")).rpartition(":")[2].removesuffix("_TYPE_Type")
        if domain is not None
        else "",
        short=tuple(sorted(set(_by_language(element, "short_name", "label").values()))),
        source=file.name,
    )


def _unit(element: etree._Element) -> UnitNamed | None:
    irdi = str(element.get(_XML_ID) or element.get("id") or "")
    if not is_irdi(irdi):
        return None
    codes = [str(one.get("unitCodeValue", "")) for one in _within(element, "CodeListValue")]
    symbols = ["".join(map(str, one.itertext())).strip() for one in _within(element, "UnitSymbol")]
    known = next(
        (found for text in (*codes, *symbols) if (found := units.by_code(text) or units.unit(text))), None
    )
    symbol = known.symbol if known else next(filter(None, symbols), "")
    return UnitNamed(irdi, symbol) if symbol else None


def _by_language(element: etree._Element, part: str, text: str) -> dict[str, str]:
    said: dict[str, str] = {}
    for child in element:
        if _local(child) == part:
            for one in _within(child, text):
                words = " ".join("".join(map(str, one.itertext())).split())[:_LONGEST]
                if words:
                    said[str(one.get("language_code", "en")).lower()[:8]] = words
    return said


def _within(element: etree._Element | None, name: str) -> list[etree._Element]:
    return [] if element is None else [one for one in element.iter() if _local(one) == name]


def _line(element: etree._Element) -> int:
    line = element.sourceline
    return line if isinstance(line, int) else 0


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]
