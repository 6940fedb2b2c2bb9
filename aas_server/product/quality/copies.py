"""The other products of a data folder, as sketches that a new one is compared with.

A sketch is made by step 6 and kept with the release's evidence; of a release that was verified before sketches
were kept it is made of its table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aas_server.errors import NotFound
from aas_server.product import record
from aas_server.product.quality import evidence
from aas_server.product.record import ReleaseRecord
from aas_server.quality.file.sketched import sketched
from aas_server.quality.likeness import Sketch
from aas_server.store.contract import Store

_MEMORY = "1GB"


def registered(store: Store, but: str = "") -> Mapping[str, Sketch]:
    """Every registered product, by id, with its last release's sketch. ``but``: the product that is compared; an
    earlier release of its own is no copy."""
    found: dict[str, Sketch] = {}
    for made in _releases(store):
        if made.product != but and (sketch := _sketch(store, made)) is not None:
            found[made.product] = sketch
    return found


def _releases(store: Store) -> Iterator[ReleaseRecord]:
    after = ""
    while page := record.products(store.catalogue, after=after):
        for one in page:
            made = _release(store, one.release) if one.release else None
            if made is not None and made.registered is not None:
                yield made
        after = page[-1].id


def _release(store: Store, id: str) -> ReleaseRecord | None:
    """``None`` where it was deleted since."""
    try:
        return record.release(store, id)
    except NotFound:
        return None


def _sketch(store: Store, made: ReleaseRecord) -> Sketch | None:
    kept = evidence.sketch(evidence.home(store.folder, made.product, made.id))
    if kept is not None or not made.prepared.main.path.is_file():
        return kept
    return sketched(made.prepared.main.path, _MEMORY, _silent)


def _silent(_part: str, _done: int, _total: int) -> None:
    """Nobody watches."""
