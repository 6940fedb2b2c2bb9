"""How large a package may be, so that a hostile one cannot fill memory or disk."""

from __future__ import annotations

from dataclasses import dataclass

from aas_server.settings import Settings

RATIO_FROM = 2**20
"""Small parts may be packed as tightly as they like: a repeated line is no attack. Bytes."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes are bytes. Each is a setting, by whose name an error speaks of it."""

    part: int = 256 * 2**20
    parts: int = 10_000
    size: int = 2 * 2**30
    ratio: int = 200
    depth: int = 400
    nesting: int = 3

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        return cls(
            part=settings.max_package_part,
            parts=settings.max_package_parts,
            size=settings.max_package_size,
            ratio=settings.max_package_ratio,
            depth=settings.max_json_depth,
            nesting=settings.max_package_nesting,
        )
