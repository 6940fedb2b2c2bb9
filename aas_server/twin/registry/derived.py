"""Descriptors of what is stored here. They are made from the stored documents whenever they are read, so that they
can't be out of step; nothing of them is kept.

An endpoint stands there under each name that clients ask for: ``AAS-3.0`` (BaSyx user interface, Mnestix),
``AAS-REPOSITORY-3.0`` (their fallback), ``AAS-3.1``, ``AAS-1.0`` (AASX Package Explorer); for submodels alike.
``endpointProtocolVersion`` is left out, as it may be: one client of the field can't read the list it must be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from aas_server import ids
from aas_server.store.contract import Described
from aas_server.twin import references
from aas_server.twin.plain import Json
from aas_server.twin.registry.descriptors import ASSET, COMMON, SEMANTICS

_HABITS = ("{}-3.0", "{}-REPOSITORY-3.0", "{}-3.1", "{}-1.0")
_NAMES: Mapping[Described, str] = {"shell": "AAS", "submodel": "SUBMODEL"}

_plain = msgspec.json.Decoder(Json).decode
_parts = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_encode = msgspec.json.encode


def submodel_ids(shell: bytes) -> list[str]:
    """The ids of the submodels a stored shell refers to, in its order, each once."""
    return list(dict.fromkeys(references.submodel_ids(_plain(shell))))


def interfaces(described: Described) -> list[str]:
    """The interface of each endpoint, in their order."""
    return [habit.format(_NAMES[described]) for habit in _HABITS]


def address(described: Described, id: str, base: str) -> str:
    """Where all endpoints of a stored document lie. ``base`` is the API's address."""
    return f"{base}/{described}s/{ids.encode(id)}"


def submodel_descriptor(submodel: bytes, base: str) -> bytes:
    """The descriptor of a stored submodel, of which the metadata is enough. ``base`` is the API's address."""
    parts = _parts(submodel)
    id = msgspec.json.decode(parts["id"], type=str)
    descriptor = {"id": parts["id"], "endpoints": _endpoints("submodel", id, base)}
    return _encode(descriptor | {name: parts[name] for name in (*COMMON, *SEMANTICS) if name in parts})


def shell_descriptor(shell: bytes, submodels: Iterable[bytes], base: str) -> bytes:
    """The descriptor of a stored shell with the descriptors of its ``submodels``."""
    plain = _plain(shell)
    information = plain["assetInformation"]
    descriptor: Json = {"id": plain["id"], "endpoints": _endpoints("shell", plain["id"], base)}
    descriptor |= {name: plain[name] for name in COMMON if name in plain}
    descriptor |= {name: information[name] for name in ASSET if name in information}
    inside = [msgspec.Raw(one) for one in submodels]
    return _encode(descriptor | ({"submodelDescriptors": inside} if inside else {}))


def _endpoints(described: Described, id: str, base: str) -> list[Json]:
    information = {"href": address(described, id, base), "endpointProtocol": "HTTP"}
    return [{"interface": name, "protocolInformation": information} for name in interfaces(described)]
