"""Taking a listing down, or deleting a release: not before the promised date."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Protocol

from aas_server.errors import Conflict, NotFound
from aas_server.product import record
from aas_server.product.record import ReleaseRecord
from aas_server.product.register import listing
from aas_server.store.contract import Catalogue, Store


class Library(Protocol):
    """Where registered packages are kept."""

    def delete(self, id: str) -> None:
        """Raises ``NotFound``, and ``Conflict`` before the package's date."""
        ...


def withdraw(catalogue: Catalogue, packages: Library, ids: Sequence[str], today: date) -> None:
    """Take listings down, and their packages with them; all or, while one has to stay, none.

    Raises ``Conflict`` (``kept-until``) with the date, ``NotFound`` where there is none of them.
    """
    known = [found for id in ids if (found := listing.find(catalogue, id)) is not None]
    if not known:
        raise NotFound("listing-missing", id=ids[-1] if ids else "-")
    last = max(known, key=lambda found: str(found["keptUntil"]))
    if today < date.fromisoformat(last["keptUntil"]):
        raise Conflict("kept-until", id=last["id"], date=last["keptUntil"])
    for found in known:
        # Someone may have taken the package down already; the listing still has to go.
        with suppress(NotFound):
            packages.delete(found["id"])
        catalogue.delete("listing", found["id"])


def discard(store: Store, packages: Library, made: ReleaseRecord, today: date) -> None:
    """Delete a release's data with its listing. The product's current release is then the newest one left.

    Raises ``Conflict`` (``kept-until``) before the listing's date.
    """
    if made.registered is not None:
        with suppress(NotFound):
            withdraw(store.catalogue, packages, [made.registered.registration.listing], today)
    store.catalogue.delete("release", made.id)
    product = record.product(store.catalogue, made.product)
    if product.release == made.id:
        left = _newest_left(store, made.product, product.releases)
        record.put_product(store.catalogue, replace(product, release=left))
    shutil.rmtree(made.released.folder, ignore_errors=True)
    if made.registered is not None:
        made.registered.aasx.unlink(missing_ok=True)
        shutil.rmtree(made.registered.bundle, ignore_errors=True)


def _newest_left(store: Store, product: str, releases: int) -> str:
    for number in range(releases, 0, -1):
        with suppress(NotFound):
            return record.release(store, f"{product}-r{number}").id
    return ""
