from __future__ import annotations

import msgspec

from aas_server.store.contract import LiveValue, Store
from aas_server.twin.elements import find
from aas_server.twin.live import Overlay


def test_the_last_reading_is_shown_in_place_of_the_stored_value(
    store: Store, overlay: Overlay, rich: dict[str, object]
) -> None:
    binding = {"Speed": ("press", "속도"), "Axes[0].Speed": ("press", "axis 0"), "Gone": ("press", "속도")}
    store.catalogue.put("binding", "urn:sm:1", msgspec.json.encode(binding))
    store.live.put("press", {"속도": LiveValue(99.25, 1), "axis 0": LiveValue("RUN", 1)})
    found = overlay.binding("urn:sm:1")
    assert found is not None and overlay.bound() == {"urn:sm:1"}
    shown = msgspec.json.decode(overlay.laid_over(msgspec.json.encode(rich), found))
    assert find(shown, "Speed")["value"] == "99.25"
    assert find(shown, "Axes[0].Speed")["value"] == "7", "a reading of another type is not shown"


def test_a_submodel_without_binding_is_left_alone(overlay: Overlay) -> None:
    assert overlay.binding("urn:sm:1") is None and overlay.bound() == frozenset()
