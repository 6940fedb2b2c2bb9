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


def test_a_reading_says_when_it_was_read(store: Store, overlay: Overlay, rich: dict[str, object]) -> None:
    store.catalogue.put("binding", "urn:sm:1", msgspec.json.encode({"Speed": ("press", "속도")}))
    store.live.put("press", {"속도": LiveValue(99.25, 1_772_323_200_250_000_000)})
    found = overlay.binding("urn:sm:1")
    assert found is not None
    shown = msgspec.json.decode(overlay.laid_over(msgspec.json.encode(rich), found))
    (time,) = [one for one in find(shown, "Speed")["extensions"] if one["name"] == "time"]
    assert time == {"name": "time", "valueType": "xs:dateTime", "value": "2026-03-01T00:00:00.250000Z"}
