"""A product begun from what came in: its recipe is proposed, and nothing is written where it can't be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from aas_server.errors import AasError
from aas_server.house import House
from aas_server.product import record
from aas_server.product.recipe import load
from aas_server.streams.beginning import Plan

Publish = Callable[..., None]


def rows(labels: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {"timestamp": f"2026-01-01T00:{n // 60:02d}:{n % 60:02d}Z", "force": n / 7, "value": n, "ok": label}
        for n, label in enumerate(labels)
    ]


@pytest.mark.parametrize(
    ("labels", "defect", "task"),
    [
        (["N", "Y", "Y", None], ("N",), None),
        (["A", "B", "C", "C"], (), None),
        ([n / 2 for n in range(21)], (), "regression"),
        ([*map(str, range(1200)), "x"], (), None),
    ],
    ids=["two values", "three values", "numbers", "a word among numbers"],
)
def test_the_recipe_says_what_the_stream_tells(house: House, publish: Publish, labels, defect, task) -> None:
    publish("line/press", *rows(labels))
    begun = house.desk().begin(Plan("press-1", ("line/press",), "ok", "프레스"))
    assert load(house.recipe_file("press-1")) == begun
    assert (begun.streams, begun.time, begun.title["ko"]) == (("line_press",), "timestamp", "프레스 제조데이터")
    assert begun.label is not None
    assert (begun.label.column, begun.label.defect, begun.modelling.task) == ("ok", defect, task)
    kept = record.product(house.store.catalogue, "press-1")
    assert (kept.release, kept.steps, kept.title) == ("", {}, begun.title)


def test_a_tag_of_a_narrow_stream_is_a_label(house: House, publish: Publish) -> None:
    for state in ("RUN", "RUN", "STOP"):
        publish("cell/edge/state", state)
        publish("cell/edge/speed", "12")
    begun = house.desk().begin(Plan("cell", (house.desk().row("cell/edge/state").name,), "edge/state"))
    assert begun.label is not None and begun.label.defect == ("STOP",)
    assert begun.time is None


@pytest.mark.parametrize(
    ("plan", "key"),
    [
        (Plan("../x", ("line_press",)), "product-id-unusable"),
        (Plan("", ("line_press",)), "product-id-unusable"),
        (Plan("Press 1", ("line_press",)), "product-id-unusable"),
        (Plan("press", ("line_pres",)), "stream-not-found"),
        (Plan("press", ("line_press", "line_pres")), "stream-not-found"),
        (Plan("press", ("line_press",), "OK"), "product-label-missing"),
        (Plan("press", ("line_press",), "ok"), "product-label-one-value"),
        (Plan("taken", ("line_press",)), "product-there-already"),
    ],
    ids=["path", "empty", "blank", "stream", "companion", "label", "one value", "taken"],
)
def test_what_cannot_be_begun_leaves_nothing(house: House, publish: Publish, plan, key) -> None:
    publish("line/press", *rows(["Y", "Y"]))
    first = house.desk().begin(Plan("taken", ("line_press",)))
    with pytest.raises(AasError) as refused:
        house.desk().begin(plan)
    assert refused.value.key == key
    assert [one.id for one in record.products(house.store.catalogue)] == ["taken"]
    assert [one.name for one in (house.store.folder / "products").iterdir()] == ["taken"]
    assert load(house.recipe_file("taken")) == first
