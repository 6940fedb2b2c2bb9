"""The AASX packages this server hands out: records in the catalogue, bytes among the files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path
from threading import Lock

import msgspec

from aas_server.clock import Clock, SystemClock, iso
from aas_server.errors import BadInput, Conflict, NotFound
from aas_server.store.contract import Store
from aas_server.store.sections import everything
from aas_server.twin.packages_by_shell import PackagesByShell

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


Allowed = Callable[[Package | None], None]
"""Asked with the package that is there before it is replaced or removed; raises where that must not be."""


class Packages:
    """Keeps packages; a package that is promised until a date stays until then."""

    def __init__(self, store: Store, clock: Clock | None = None) -> None:
        self._catalogue = store.catalogue
        self._files = store.files
        self._clock = clock or SystemClock()
        self._by_shell = PackagesByShell(store.catalogue, self._holdings)
        self._writing = Lock()

    def put(
        self, id: str, aas_ids: Sequence[str], file_name: str, source: Path, kept_until: date | None = None
    ) -> None:
        """Keep a package under ``id``, in place of an earlier one. Until ``kept_until`` it can't be deleted; a
        promise given earlier is never shortened. The same again writes nothing."""
        package = self._package(id, aas_ids, file_name, source, kept_until)
        with self._writing:
            self._put(package, self._found(id))

    def add_by_content(self, aas_ids: Sequence[str], file_name: str, source: Path) -> Package:
        """Keep a new package under an id that follows from its bytes. Raises ``Conflict`` where it is here."""
        digest = self._files.add(source)
        package = self._package(digest[:32], aas_ids, file_name, source, None)
        with self._writing:
            self._by_shell.enter(package.id, package.aas_ids)
            try:
                self._catalogue.add("package", package.id, msgspec.json.encode(package))
            except Conflict:
                raise Conflict("package-exists", id=package.id) from None
        return package

    def replace(
        self,
        id: str,
        aas_ids: Sequence[str],
        file_name: str,
        source: Path,
        allowed: Allowed = lambda _: None,
    ) -> bool:
        """Put a package from outside under ``id``; whether it is new. Raises ``Conflict`` (``kept-until``): what
        is promised to stay until a date can't be overwritten either."""
        package = self._package(id, aas_ids, file_name, source, None)
        with self._writing:
            before = self._found(id)
            allowed(before)
            if before is not None:
                self._may_go(before)
            self._put(package, before)
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
        """Packages in order of id; with ``aas_id`` those that hold this shell."""
        after = cursor or ""
        found = self._all(after) if aas_id is None else self._holding(aas_id, after)
        packages = tuple(islice(found, limit + 1))
        return PackagePage(packages[:limit], packages[limit - 1].id if len(packages) > limit else None)

    def delete(self, id: str, allowed: Allowed = lambda _: None) -> None:
        """Raises ``NotFound``, and ``Conflict`` (``kept-until``) before its date."""
        with self._writing:
            package = self.get(id)
            allowed(package)
            self._may_go(package)
            self._catalogue.delete("package", id)
            self._by_shell.leave(id, package.aas_ids)

    def _put(self, package: Package, before: Package | None) -> None:
        if before is not None and before.kept_until is not None:
            promised = max(package.kept_until or before.kept_until, before.kept_until)
            package = replace(package, kept_until=promised)
        if before is not None and replace(package, stored=before.stored) == before:
            return
        self._by_shell.enter(package.id, package.aas_ids)
        self._catalogue.put("package", package.id, msgspec.json.encode(package))
        if before is not None:
            self._by_shell.leave(package.id, set(before.aas_ids) - set(package.aas_ids))

    def _all(self, after: str) -> Iterator[Package]:
        for _, body in everything(self._catalogue, "package", after):
            yield msgspec.json.decode(body, type=Package)

    def _holding(self, aas_id: str, after: str) -> Iterator[Package]:
        for id in self._by_shell.packages(aas_id, after):
            package = self._found(id)
            if package is not None and aas_id in package.aas_ids:
                yield package

    def _holdings(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        return ((package.id, package.aas_ids) for package in self._all(""))

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
