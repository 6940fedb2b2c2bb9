"""What a request brings, whatever it was sent as."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.recording.encoding import NAMES

ENCODINGS = NAMES
"""Text encodings that are read, by the names that senders give them."""


@dataclass(frozen=True, slots=True)
class Body:
    """A request's body. ``kind`` is the ending of a file that would hold it (``.csv``), ``encoding`` the text
    encoding that was said, or ``None``. ``content``: messages as they are to be stored (JSON, pictures), or a file
    of rows (CSV, NDJSON)."""

    kind: str
    content: Sequence[bytes] | Path
    encoding: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of it all."""
        seen = hashlib.sha256(f"{self.kind} {self.encoding} ".encode())
        if not isinstance(self.content, Path):
            for part in self.content:
                seen.update(b"%d " % len(part))
                seen.update(part)
        else:
            with self.content.open("rb") as file:
                hashlib.file_digest(file, lambda: seen)
        return seen.hexdigest()
