"""XML that is read without trust: no DTD, no entities, no network, no endless nesting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

from lxml import etree

from aas_server.errors import BadInput

_PROBE = 256
"""Bytes read at once up to the first element: too few to nest deeper than libxml2's own bound of 256."""
_CHUNK = 4096
"""Bytes parsed at once: too few to nest deeper than libxml2's bound of 2,048 before our own is asked."""
_OPTIONS: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": True,
    "remove_comments": True,
    "remove_pis": True,
}
"""``huge_tree``: a Blob's text may be large; the part's size is bounded while it is read."""


def parsed(stream: BinaryIO, name: str) -> etree._ElementTree:
    """The tree of a small XML part. Raises ``BadInput`` where it is none, and where it bears a DTD."""
    _refuse_dtd(stream, name)
    stream.seek(0)
    try:
        return etree.parse(stream, etree.XMLParser(**_OPTIONS))
    except etree.XMLSyntaxError as fault:
        raise BadInput("xml-unreadable", part=name, fault=fault.msg) from None


def opening(open: Callable[[], BinaryIO], name: str) -> etree._Element:
    """The first element of a part, to see what it is. Raises ``BadInput`` as ``parsed`` does."""
    with open() as stream:
        return _refuse_dtd(stream, name)


def pieces(open: Callable[[], BinaryIO], name: str, max_depth: int) -> Iterator[tuple[int, etree._Element]]:
    """``(depth, element)`` as elements end, the root's depth being 1. The reader clears what it has taken.

    Raises ``BadInput`` where it is no XML or nested deeper than ``max_depth``; ``opening`` has refused a DTD.
    """
    depth = 0
    with open() as stream:
        for event, element in _events(stream, name):
            if event == "start":
                depth += 1
                if depth > max_depth:
                    raise BadInput("xml-too-deep", limit=max_depth)
            else:
                yield depth, element
                depth -= 1


def _events(stream: BinaryIO, name: str) -> Iterator[tuple[str, etree._Element]]:
    parser = etree.XMLPullParser(events=("start", "end"), **_OPTIONS)
    try:
        while chunk := stream.read(_CHUNK):
            parser.feed(chunk)
            yield from cast(Iterator[tuple[str, etree._Element]], parser.read_events())
        parser.close()
    except etree.XMLSyntaxError as fault:
        raise BadInput("xml-unreadable", part=name, fault=fault.msg) from None
    yield from cast(Iterator[tuple[str, etree._Element]], parser.read_events())


def discard(element: etree._Element) -> None:
    """Give an element's memory back, and that of those before it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _refuse_dtd(stream: BinaryIO, name: str) -> etree._Element:
    """Reads up to the first element only, with libxml2's own bounds in force."""
    probe = etree.XMLPullParser(events=("start",), resolve_entities=False, no_network=True, load_dtd=False)
    try:
        while chunk := stream.read(_PROBE):
            probe.feed(chunk)
            if (root := _begun(probe, name)) is not None:
                return root
        probe.close()
    except etree.XMLSyntaxError as fault:
        raise BadInput("xml-unreadable", part=name, fault=fault.msg) from None
    root = _begun(probe, name)
    if root is None:
        raise BadInput("xml-unreadable", part=name, fault="no element")
    return root


def _begun(probe: etree.XMLPullParser, name: str) -> etree._Element | None:
    for _, found in probe.read_events():
        element = cast(etree._Element, found)
        if element.getroottree().docinfo.internalDTD is not None:
            raise BadInput("xml-dtd", part=name)
        return element
    return None
