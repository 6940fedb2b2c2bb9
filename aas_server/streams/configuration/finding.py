"""What of a description or a mapping is not honoured, and why: told per submodel, never silently passed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from aas_server.messages import in_all


@dataclass(frozen=True, slots=True)
class Finding:
    """``key`` and ``values`` of a sentence. ``path``: the element's idShort path. ``severity``: ``refused`` is not
    done, ``note`` is done otherwise than one may expect."""

    key: str
    path: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    severity: Literal["refused", "note"] = "refused"

    def as_json(self) -> dict[str, Any]:
        """For tools, with its sentence in both languages."""
        return {
            "severity": self.severity,
            "finding": self.key,
            "path": self.path,
            "text": dict(in_all(self.key, **self.told)),
        }

    @property
    def told(self) -> Mapping[str, str]:
        """What its sentence is filled with."""
        return {"path": self.path, **self.values}
