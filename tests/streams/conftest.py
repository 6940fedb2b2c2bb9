"""A release of a product that holds what a test pinned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from aas_server.house import House
from aas_server.product.record import ProductRecord, ReleaseRecord, put_product, put_release
from aas_server.store.contract import Pin


@pytest.fixture
def release(house: House, benches: ModuleType, tmp_path: Path) -> Callable[[Pin], None]:
    """Keeps a registered release ``moulding-r1`` whose data are the pinned ones."""

    def keep(pin: Pin) -> None:
        bench = benches.Bench(tmp_path / "bench")
        collected = benches.collected()
        pinned = replace(collected, main=replace(collected.main, name=pin.stream, pin=pin), companions=())
        released = bench.package()
        bench.close()
        parts = (pinned, bench.prepared, bench.trained, benches.used(), released)
        put_release(house.store, ReleaseRecord("moulding-r1", "moulding", "", *parts))
        title = {"ko": "성형", "en": "Moulding"}
        put_product(house.store.catalogue, ProductRecord("moulding", title, "k", "urn:s", {}, "moulding-r1", 1))

    return keep
