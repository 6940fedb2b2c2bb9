"""What was mended in a document of the field so that it fits metamodel 3.1, and what could not be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from aas_server.store.contract import Kind


@dataclass(frozen=True, slots=True)
class Repair:
    """One change to one document, or one thing that could only be kept aside. ``id`` is the document's, ``path``
    leads to the place in it (empty: the document); ``key`` and ``values`` are a sentence of ``messages/repair.toml``.
    """

    kind: Kind
    id: str
    path: str
    key: str
    values: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        return asdict(self)
