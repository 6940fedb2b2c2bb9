"""Taking a product's listings down, or deleting a release: not before the promised date."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Protocol

from aas_server.errors import Conflict, NotFound
from aas_server.product import record
from aas_server.product.lock import alone
from aas_server.product.quality import evidence
from aas_server.product.record import ReleaseRecord, StepRecord
from aas_server.product.register import listing
from aas_server.product.work import Registered
from aas_server.store.contract import Store


class Library(Protocol):
    """Where registered packages are kept."""

    def delete(self, id: str) -> None:
        """Raises ``NotFound``, and ``Conflict`` before the package's date."""
        ...


def withdraw(store: Store, packages: Library, product: str, today: date) -> None:
    """Take all listings of a product down, with their packages and hand-in folders; all or, while one has to stay,
    none. The releases stay, and the next build registers the current one anew.

    Waits for a build of the product. Raises ``Conflict`` (``kept-until``) with the date, ``NotFound`` where
    nothing is listed.
    """
    with alone(store.folder, product):
        listed = [made for made in record.releases(store, product) if made.registered is not None]
        if not listed:
            raise NotFound("listing-missing", id=product)
        _check_dates(store, listed, today)
        for made in listed:
            _take_down(store, packages, made)
            record.put_release(store, replace(made, registered=None, offer=""))
        known = record.product(store.catalogue, product)
        steps = {**known.steps, "register": StepRecord()}
        record.put_product(store.catalogue, replace(known, steps=steps))


def discard(store: Store, packages: Library, made: ReleaseRecord, today: date) -> None:
    """Delete a release's data with its listing. The product's current release is then the newest one left.

    Waits for a build of the product. Raises ``Conflict`` (``kept-until``) before the listing's date, ``NotFound``
    where someone else deleted it.
    """
    with alone(store.folder, made.product):
        made = record.release(store, made.id)
        _check_dates(store, [made], today)
        _take_down(store, packages, made)
        store.catalogue.delete("release", made.id)
        product = record.product(store.catalogue, made.product)
        if product.release == made.id:
            left = record.releases(store, made.product)
            record.put_product(store.catalogue, replace(product, release=left[0].id if left else ""))
        shutil.rmtree(evidence.home(store.folder, made.product, made.id), ignore_errors=True)
        shutil.rmtree(made.released.folder, ignore_errors=True)


def _check_dates(store: Store, releases: list[ReleaseRecord], today: date) -> None:
    promised = [_promised(store, made.registered) for made in releases if made.registered is not None]
    until, id = max(promised, default=(today, ""))
    if today < until:
        raise Conflict("kept-until", id=id, date=until.isoformat())


def _promised(store: Store, registered: Registered) -> tuple[date, str]:
    """The first day on which a listing may go. A build that was killed may have listed a later one."""
    known = registered.registration
    listed = listing.dates(listing.find(store.catalogue, known.listing))
    noted = date.fromisoformat(known.kept_until)
    return max(noted, listed.kept_until) if listed else noted, known.listing


def _take_down(store: Store, packages: Library, made: ReleaseRecord) -> None:
    """Someone may have taken a part of it down already; the rest still has to go."""
    if made.registered is None:
        return
    id = made.registered.registration.listing
    with suppress(NotFound):
        packages.delete(id)
    with suppress(NotFound):
        store.catalogue.delete("listing", id)
    made.registered.aasx.unlink(missing_ok=True)
    shutil.rmtree(made.registered.bundle, ignore_errors=True)
