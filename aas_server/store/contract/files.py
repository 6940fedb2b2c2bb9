"""Bytes under the name of their content."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Protocol


class Files(Protocol):
    """Bytes by their SHA-256, written once, synced before they are named."""

    def add(self, content: BinaryIO | bytes | Path) -> str:
        """Keep the content; returns its SHA-256 (hex). The same content again costs nothing."""
        ...

    def path(self, digest: str) -> Path:
        """Where the content lies. Raises ``NotFound``."""
        ...

    def remove(self, digest: str) -> None:
        """Take content away for good; nothing is done where it is not there."""
        ...
