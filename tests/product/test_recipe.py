"""``product.toml``: what it may say, and that nothing in it is passed over in silence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import aas_server.cli
from aas_server.product.recipe import Quality, Range, Recipe, dump, load

DEMO = Path(aas_server.cli.__file__).with_name("demo_cell.toml")


def test_a_range_may_be_open_at_either_end(recipe: Recipe, tmp_path: Path) -> None:
    ranges = {"pressure": Range(min=0.0), "speed": Range(max=60.0), "cycle": Range(5.0, 120.0)}
    file = tmp_path / "product.toml"
    file.write_bytes(dump(replace(recipe, quality=Quality(ranges=ranges))))
    assert load(file).quality.ranges == ranges


def test_an_infinite_end_is_open() -> None:
    assert Range(float("-inf"), 3.0).ends == (None, 3.0)
    assert Range(float("nan"), float("inf")).ends == (None, None)


def test_the_demonstration_recipe_survives_being_kept(tmp_path: Path) -> None:
    file = tmp_path / "product.toml"
    file.write_bytes(dump(load(DEMO)))
    assert load(file) == load(DEMO)
