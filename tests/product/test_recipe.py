"""``product.toml``: what it may say, and that nothing in it is passed over in silence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import aas_server.cli
from aas_server.errors import BadInput
from aas_server.messages import LANGUAGES, error_text
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


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ("[costing]", "[costing]\nadmin_rte = 5", "costing.admin_rte"),
        ('kind = "quality-prediction"', 'kind = "quality-prediction"\nkept_year = 3', "kept_year"),
        ("cycle_time = { min = 5.0,", "cycle_time = { least = 5.0,", "quality.ranges.cycle_time.least"),
        ("months = 1.0", "months = 1.0\nyears = 2", "costing.labour.2.years"),
    ],
)
def test_an_unknown_key_is_refused_with_its_place(tmp_path: Path, before: str, after: str, place: str) -> None:
    """A misspelt key would silently leave the default standing, in a price above all."""
    file = tmp_path / "product.toml"
    written = DEMO.read_text("utf-8")
    assert before in written
    file.write_text(written.replace(before, after, 1), "utf-8")
    with pytest.raises(BadInput) as refused:
        load(file)
    assert refused.value.key == "written-wrong"
    for language in LANGUAGES:
        sentence = error_text(refused.value, language)
        assert f"'{place}'" in sentence and str(file) in sentence and "{" not in sentence
