"""Which element shows which field of a stream: written when a product is collected, read by the twin's overlay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from aas_server.store.contract import Catalogue
from submodels.field import Field
from submodels.operational_data import path_of


def bind(catalogue: Catalogue, submodel: str, streams: Mapping[str, Sequence[Field]]) -> None:
    """Bind every field's property in the ``OperationalData`` submodel with this id to its stream's readings:
    ``{idShort path: [stream, field]}``."""
    paths = {
        path_of(stream, field): (stream, field.name) for stream, fields in streams.items() for field in fields
    }
    catalogue.put("binding", submodel, msgspec.json.encode(paths))
