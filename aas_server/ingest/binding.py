"""Which element shows which field of a stream: as the twin's mappings say, read by the twin's overlay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

import msgspec

from aas_server.errors import NotFound
from aas_server.store.contract import Catalogue
from submodels.field import Field
from submodels.operational_data import path_of


def bind(catalogue: Catalogue, submodel: str, streams: Mapping[str, Sequence[Field]]) -> None:
    """Bind every field's property in the ``OperationalData`` submodel with this id to its stream's readings; what
    is bound there to other streams stays."""
    paths = {
        path_of(stream, field): (stream, field.name) for stream, fields in streams.items() for field in fields
    }
    others = {path: one for path, one in bound(catalogue, submodel).items() if one[0] not in streams}
    put(catalogue, submodel, others | paths)


def put(catalogue: Catalogue, submodel: str, paths: Mapping[str, tuple[str, str]]) -> None:
    """Let exactly these elements (idShort path → (stream, field)) of a submodel show readings."""
    if paths:
        catalogue.put("binding", submodel, msgspec.json.encode(paths))
        return
    with suppress(NotFound):
        catalogue.delete("binding", submodel)


def bound(catalogue: Catalogue, submodel: str) -> dict[str, tuple[str, str]]:
    """What is bound in a submodel."""
    try:
        return msgspec.json.decode(catalogue.get("binding", submodel), type=dict[str, tuple[str, str]])
    except NotFound:
        return {}
