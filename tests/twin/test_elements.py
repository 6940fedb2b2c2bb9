from __future__ import annotations

from typing import Any

import msgspec
import pytest

from aas_server.errors import BadInput, NotFound
from aas_server.twin import partial
from aas_server.twin.elements import find, steps, walk


def test_paths_lead_through_collections_lists_and_entities(rich: dict[str, Any]) -> None:
    assert find(rich, "Axes[0].Speed")["value"] == "7"
    assert find(rich, "Part.Speed")["value"] == "1.50"
    assert find(rich, "Note.Speed")["value"] == "1.50"
    assert steps("Axes[0][12].Speed") == ["Axes", 0, 12, "Speed"]


@pytest.mark.parametrize("path", ["Axes[2]", "Axes.Speed", "Speed[0]", "speed", "Axes[0].Speed.More"])
def test_a_path_to_nothing_is_not_found(path: str, rich: dict[str, Any]) -> None:
    with pytest.raises(NotFound):
        find(rich, path)
    with pytest.raises(NotFound):
        partial.element(msgspec.json.encode(rich), path)


@pytest.mark.parametrize("path", ["", ".", "Axes[", "Axes[x]", "Axes]0[", "A..B", "[0]"])
def test_a_malformed_path_is_refused(path: str, rich: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        find(rich, path)
    with pytest.raises(BadInput):
        partial.element(msgspec.json.encode(rich), path)


def test_walking_gives_every_element_its_path(rich: dict[str, Any]) -> None:
    for path, element in walk(rich):
        assert find(rich, path) is element
        assert partial.element(msgspec.json.encode(rich), path) == element
