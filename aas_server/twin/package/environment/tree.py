"""Metamodel 3 XML as plain JSON, leniently: what the schema doesn't know is kept under its own name.

One document is held at a time, whatever the size of the file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml import etree

from aas_server.twin.package.environment.schema import CLASSES, NAMED, TAGS, Attribute, allowed
from aas_server.twin.plain import Json

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_TRUTH = {"true": True, "1": True, "false": False, "0": False}
Reader = Callable[[etree._Element], Json]


def local(element: etree._Element) -> str:
    """The name of an element without its namespace, which tools mix up."""
    tag = str(element.tag)
    return tag[tag.rfind("}") + 1 :]


def document(element: etree._Element) -> Json:
    """An element that is an instance of a class of the metamodel: a shell, a submodel, an element, a reference."""
    tag = local(element)
    name = TAGS.get(tag)
    if name is None:
        return _strange(element) | {"modelType": tag[:1].upper() + tag[1:]}
    return _object(element, name)


def loose(element: etree._Element) -> Any:
    """An element that the schema doesn't know: its text, or its parts by name (a list where one repeats)."""
    if len(element) == 0 and not _attributes(element):
        return element.text or ""
    return _strange(element)


def _strange(element: etree._Element) -> Json:
    found: Json = {f"@{name}": value for name, value in _attributes(element)}
    if element.text is not None and element.text.strip():
        found["#text"] = element.text
    for child in element:
        tag, part = local(child), loose(child)
        if tag not in found:
            found[tag] = part
        elif isinstance(found[tag], list):
            found[tag].append(part)
        else:
            found[tag] = [found[tag], part]
    return found


def _object(element: etree._Element, name: str) -> Json:
    found: Json = {"modelType": name} if name in NAMED else {}
    attributes = CLASSES[name]
    for child in element:
        tag = local(child)
        attribute = attributes.get(tag)
        if attribute is not None and attribute.many:
            items = found.setdefault(tag, [])
            for item in child:
                items.append(_item(item, attribute))
            _strays(child, tag, found)
        elif tag in found or attribute is None:
            _add(found, tag, loose(child))
        elif attribute.sort == "object":
            found[tag] = _single(child, attribute)
        else:
            found[tag] = _scalar(child, attribute)
    _strays(element, "", found)
    return found


def _single(element: etree._Element, attribute: Attribute) -> Any:
    """A concrete class stands in the attribute's own element; of an abstract one, the instance stands inside."""
    if attribute.type in CLASSES:
        return _object(element, attribute.type)
    return document(element[0]) if len(element) == 1 else loose(element)


def _item(element: etree._Element, attribute: Attribute) -> Any:
    name = TAGS.get(local(element))
    if name is not None and (name in allowed(attribute.type) or attribute.type not in CLASSES):
        return _object(element, name)
    if attribute.type in CLASSES and len(element):
        return _object(element, attribute.type)
    return document(element)


def _scalar(element: etree._Element, attribute: Attribute) -> Any:
    if len(element) or _attributes(element):
        return _strange(element)
    text = element.text or ""
    if attribute.sort == "text":
        return text
    text = text.strip()
    return _TRUTH.get(text, text) if attribute.sort == "truth" else text


def _strays(element: etree._Element, place: str, found: Json) -> None:
    """Attributes and text where the schema has none."""
    for name, value in _attributes(element):
        _add(found, f"{place}@{name}", value)
    loose_text = [element.text or "", *(child.tail or "" for child in element)]
    for text in loose_text:
        if text.strip():
            _add(found, f"{place}#text", text.strip())


def _add(found: Json, name: str, value: Any) -> None:
    """What stands there again goes under a name that the metamodel doesn't know."""
    if name in found:
        found.setdefault(f"{name}#2", []).append(value)
    else:
        found[name] = value


def _attributes(element: etree._Element) -> list[tuple[str, str]]:
    """Without the hints for validators (``xsi:…``)."""
    names = [(etree.QName(str(name)), str(value)) for name, value in element.attrib.items()]
    return [(name.localname, value) for name, value in names if name.namespace != _XSI]
