"""XML that is read without trust: no DTD, no entities, no network, no endless nesting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, cast

from lxml import etree

from aas_server.errors import BadInput

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_PROBE = 4096


def parsed(stream: BinaryIO, name: str) -> etree._ElementTree:
    """The tree of an XML part. Raises ``BadInput`` where it is none, and where it bears a DTD."""
    _refuse_dtd(stream, name)
    stream.seek(0)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.parse(stream, parser)
    except etree.XMLSyntaxError as fault:
        raise BadInput("xml-unreadable", part=name, fault=fault.msg) from None


def events(tree: etree._ElementTree, max_depth: int) -> Iterator[tuple[str, etree._Element]]:
    """``start`` and ``end`` of every element, as aas-core wants them; hints for validators (``xsi:…``) left out.
    Raises ``BadInput`` where elements are nested deeper than ``max_depth``."""
    depth = 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > max_depth:
            raise BadInput("xml-too-deep", limit=max_depth)
        if event == "start" and element.attrib:
            for attribute in [name for name in element.attrib if str(name).startswith(_XSI)]:
                del element.attrib[attribute]
        yield event, element


def _refuse_dtd(stream: BinaryIO, name: str) -> None:
    """Reads up to the first element only, with libxml2's own bounds in force."""
    probe = etree.XMLPullParser(events=("start",), resolve_entities=False, no_network=True, load_dtd=False)
    try:
        while chunk := stream.read(_PROBE):
            probe.feed(chunk)
            if _begun(probe, name):
                return
        probe.close()
    except etree.XMLSyntaxError as fault:
        raise BadInput("xml-unreadable", part=name, fault=fault.msg) from None
    _begun(probe, name)


def _begun(probe: etree.XMLPullParser, name: str) -> bool:
    for _, element in probe.read_events():
        if cast(etree._Element, element).getroottree().docinfo.internalDTD is not None:
            raise BadInput("xml-dtd", part=name)
        return True
    return False
