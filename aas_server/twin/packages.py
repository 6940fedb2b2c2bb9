"""The AASX packages this server hands out: records in the catalogue, bytes among the files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import msgspec

from aas_server.clock import Clock, SystemClock, iso
from aas_server.errors import BadInput, Conflict, NotFound
from aas_server.store.contract import Store

MEDIA_TYPE = "application/asset-administration-shell-package"
MAX_ID = 128
"""IDTA-01002 V3.1: ``packageId`` has at most 128 characters."""


@dataclass(frozen=True, slots=True)
class Package:
    """One package. ``kept_until`` (ISO date) is the first day on which it may be deleted; ``stored`` is ISO 8601
    UTC, ``size`` bytes."""

    id: str
    aas_ids: tuple[str, ...]
    file_name: str
    sha256: str
    size: int
    stored: str
    kept_until: date | None = None


@dataclass(frozen=True, slots=True)
class PackagePage:
    """``cursor`` continues after the last package, ``None`` at the end."""

    packages: tuple[Package, ...]
    cursor: str | None


class Packages:
    """Keeps packages; a package that is promised until a date stays until then."""

    def __init__(self, store: Store, clock: Clock | None = None) -> None:
        self._catalogue = store.catalogue
        self._files = store.files
        self._clock = clock or SystemClock()

    def put(
        self, id: str, aas_ids: Sequence[str], file_name: str, source: Path, kept_until: date | None = None
    ) -> None:
        """Keep a package under ``id``, in place of an earlier one. Until ``kept_until`` it can't be deleted; a
        promise given earlier is never shortened. The same again writes nothing."""
        before = self._found(id)
        if before is not None and before.kept_until is not None:
            kept_until = max(kept_until or before.kept_until, before.kept_until)
        package = self._package(id, aas_ids, file_name, source, kept_until)
        if before is None or replace(package, stored=before.stored) != before:
            self._catalogue.put("package", id, msgspec.json.encode(package))

    def add_by_content(self, aas_ids: Sequence[str], file_name: str, source: Path) -> Package:
        """Keep a new package under an id that follows from its bytes. Raises ``Conflict`` where it is here."""
        digest = self._files.add(source)
        package = self._package(digest[:32], aas_ids, file_name, source, None)
        try:
            self._catalogue.add("package", package.id, msgspec.json.encode(package))
        except Conflict:
            raise Conflict("package-exists", id=package.id) from None
        return package

    def replace(self, id: str, aas_ids: Sequence[str], file_name: str, source: Path) -> bool:
        """Put a package from outside under ``id``; whether it is new. Raises ``Conflict`` (``kept-until``): what
        is promised to stay until a date can't be overwritten either."""
        before = self._found(id)
        if before is not None:
            self._may_go(before)
        self.put(id, aas_ids, file_name, source)
        return before is None

    def get(self, id: str) -> Package:
        """Raises ``NotFound``."""
        package = self._found(id)
        if package is None:
            raise NotFound("package-missing", id=id)
        return package

    def path(self, package: Package) -> Path:
        """Where the bytes lie."""
        return self._files.path(package.sha256)

    def page(self, limit: int, cursor: str | None = None, aas_id: str | None = None) -> PackagePage:
        """Packages in order of id; with ``aas_id`` those that hold this shell. Raises ``BadInput``."""
        after, found = cursor or "", list[Package]()
        while batch := self._catalogue.page("package", limit + 1, after):
            after = batch[-1][0]
            decoded = (msgspec.json.decode(body, type=Package) for _, body in batch)
            found += [package for package in decoded if aas_id is None or aas_id in package.aas_ids]
            if len(found) > limit:
                return PackagePage(tuple(found[:limit]), found[limit - 1].id)
        return PackagePage(tuple(found), None)

    def delete(self, id: str) -> None:
        """Raises ``NotFound``, and ``Conflict`` (``kept-until``) before its date."""
        self._may_go(self.get(id))
        self._catalogue.delete("package", id)

    def _may_go(self, package: Package) -> None:
        if package.kept_until is not None and self._clock.now().date() < package.kept_until:
            raise Conflict("kept-until", id=package.id, date=package.kept_until.isoformat())

    def _found(self, id: str) -> Package | None:
        try:
            return msgspec.json.decode(self._catalogue.get("package", id), type=Package)
        except NotFound:
            return None

    def _package(
        self, id: str, aas_ids: Sequence[str], file_name: str, source: Path, kept_until: date | None
    ) -> Package:
        if not id or len(id) > MAX_ID:
            raise BadInput("package-id-wrong", id=id, limit=MAX_ID)
        digest = self._files.add(source)
        size = self._files.path(digest).stat().st_size
        return Package(id, tuple(aas_ids), file_name, digest, size, iso(self._clock.now()), kept_until)
