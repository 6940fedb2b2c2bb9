"""Which findings were looked for, and what was found: "nothing found" and "not looked for" are two things."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aas_server.quality.finding import Finding
from aas_server.quality.measure import EXAMPLES


@dataclass(frozen=True, slots=True)
class Looked:
    """``kinds``: those looked for; ``findings``: those of them that found something. ``products``: how many others
    the data were compared with."""

    kinds: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()
    products: int = 0

    def found(self, kind: str) -> Finding | None:
        """The finding of that kind, ``None`` where there is none."""
        return next((one for one in self.findings if one.kind == kind), None)

    def count(self, kind: str) -> int | None:
        """How many of that kind; ``None`` where nobody looked."""
        if kind not in self.kinds:
            return None
        finding = self.found(kind)
        return finding.count if finding is not None else 0

    def examples(self, kind: str) -> tuple[str, ...]:
        """A few places of that kind."""
        finding = self.found(kind)
        return finding.examples[:EXAMPLES] if finding is not None else ()


def looked(kinds: Iterable[str], findings: Iterable[Finding]) -> Looked:
    """What was looked for and what was found of it."""
    return Looked(frozenset(kinds), tuple(findings))
