"""What an import did, document by document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aas_server.store.contract import Kind
from aas_server.twin.package.repair.notes import Repair

Outcome = Literal["created", "updated", "same", "kept", "kept-both"]


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one document. ``updated``: one of the same id and other content was replaced, or files that
    it lacked came; ``kept``: what is here was left as it is; ``kept-both``: it stands beside the other one, under
    ``id``. ``given`` is its id in the package: an equal document may be here under another one (``same``)."""

    kind: Kind
    id: str
    outcome: Outcome
    given: str

    def as_json(self) -> dict[str, object]:
        plain: dict[str, object] = {"kind": self.kind, "id": self.id, "outcome": self.outcome}
        return plain | ({"given": self.given} if self.given != self.id else {})


@dataclass(frozen=True, slots=True)
class Report:
    """``files`` is how many files the package brought; ``missing`` are those it names and lacks (``id#path``);
    ``repairs`` what was mended, ``findings`` what could only be kept aside."""

    file: str
    documents: tuple[Imported, ...]
    files: int
    missing: tuple[str, ...]
    repairs: tuple[Repair, ...] = ()
    findings: tuple[Repair, ...] = ()

    @property
    def created(self) -> int:
        return self._count("created")

    @property
    def updated(self) -> int:
        return self._count("updated")

    @property
    def same(self) -> int:
        """How many were there already, equal or kept."""
        return self._count("same", "kept")

    @property
    def kept_both(self) -> int:
        """How many came under a new id."""
        return self._count("kept-both")

    def as_json(self) -> dict[str, object]:
        return {
            "file": self.file,
            "documents": [one.as_json() for one in self.documents],
            "files": self.files,
            "missing": list(self.missing),
            "repairs": _plain(self.repairs),
            "findings": _plain(self.findings),
        }

    def _count(self, *outcomes: str) -> int:
        return sum(one.outcome in outcomes for one in self.documents)


def _plain(repairs: Sequence[Repair]) -> list[dict[str, object]]:
    return [one.as_json() for one in repairs]
