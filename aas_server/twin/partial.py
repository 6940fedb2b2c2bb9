"""One element of a submodel's JSON, of which no more is parsed than leads to it: the size of what stands beside it
costs a look, not memory."""

from __future__ import annotations

import msgspec

from aas_server.errors import NotFound
from aas_server.twin.elements import CHILDREN, Step, steps
from aas_server.twin.plain import Json

_NONE = msgspec.Raw(b"[]")


class _Submodel(msgspec.Struct):
    id: str
    submodelElements: msgspec.Raw = _NONE


class _Element(msgspec.Struct):
    """What leads on to an element's children."""

    modelType: str
    idShort: str | None = None
    value: msgspec.Raw = _NONE
    statements: msgspec.Raw = _NONE
    annotations: msgspec.Raw = _NONE


def element(body: bytes, path: str) -> Json:
    """The element at a path of a submodel's canonical JSON, like ``elements.find``. Raises ``NotFound`` and
    ``BadInput``."""
    submodel = msgspec.json.decode(body, type=_Submodel)
    *above, last = steps(path)
    try:
        inside, numbered = submodel.submodelElements, False
        for step in above:
            elements = msgspec.json.decode(inside, type=list[_Element])
            parent = elements[_index(elements, step, numbered)]
            inside = getattr(parent, CHILDREN[parent.modelType])
            numbered = parent.modelType == "SubmodelElementList"
        heads = msgspec.json.decode(inside, type=list[_Element])
        found = msgspec.json.decode(inside, type=list[msgspec.Raw])[_index(heads, last, numbered)]
    except LookupError:
        raise NotFound("element-missing", path=path, submodel=submodel.id) from None
    plain: Json = msgspec.json.decode(found)
    return plain


def _index(elements: list[_Element], step: Step, numbered: bool) -> int:
    """Raises ``LookupError``."""
    if isinstance(step, int) != numbered:
        raise LookupError(step)
    if isinstance(step, int):
        return range(len(elements))[step]
    for index, one in enumerate(elements):
        if one.idShort == step:
            return index
    raise LookupError(step)
