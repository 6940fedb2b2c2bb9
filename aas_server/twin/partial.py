"""One element of a submodel's JSON, of which no more is parsed than leads to it: the size of what stands beside it
costs a look, not memory."""

from __future__ import annotations

import msgspec

from aas_server.errors import NotFound
from aas_server.twin.elements import CHILDREN, Step, steps
from aas_server.twin.plain import Json

_NONE = msgspec.Raw(b"[]")


class _Submodel(msgspec.Struct, gc=False):
    id: str
    submodelElements: msgspec.Raw = _NONE


class _Name(msgspec.Struct, gc=False):
    idShort: str | None = None


class _Parent(msgspec.Struct, gc=False):
    """What leads on to an element's children."""

    modelType: str
    value: msgspec.Raw = _NONE
    statements: msgspec.Raw = _NONE
    annotations: msgspec.Raw = _NONE


_SUBMODEL = msgspec.json.Decoder(_Submodel)
_NAME = msgspec.json.Decoder(_Name)
_RAWS = msgspec.json.Decoder(list[msgspec.Raw])
_PARENT = msgspec.json.Decoder(_Parent)
_ANY = msgspec.json.Decoder()


def element(body: bytes, path: str) -> Json:
    """The element at a path of a submodel's canonical JSON, like ``elements.find``. Raises ``NotFound`` and
    ``BadInput``."""
    submodel = _SUBMODEL.decode(body)
    inside, numbered = submodel.submodelElements, False
    *above, last = steps(path)
    try:
        for step in above:
            parent = _PARENT.decode(_child(inside, step, numbered))
            inside = getattr(parent, CHILDREN[parent.modelType])
            numbered = parent.modelType == "SubmodelElementList"
        found: Json = _ANY.decode(_child(inside, last, numbered))
    except LookupError:
        raise NotFound("element-missing", path=path, submodel=submodel.id) from None
    return found


def _child(inside: msgspec.Raw, step: Step, numbered: bool) -> msgspec.Raw:
    """Raises ``LookupError``."""
    if isinstance(step, int) != numbered:
        raise LookupError(step)
    children = _RAWS.decode(inside)
    if isinstance(step, int):
        return children[step]
    for one in children:
        if _NAME.decode(one).idShort == step:
            return one
    raise LookupError(step)
