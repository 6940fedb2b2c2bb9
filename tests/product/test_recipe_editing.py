"""Entries of product.toml changed one by one: comments stay, and nothing wrong is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

import aas_server.cli
from aas_server.errors import AasError, BadInput
from aas_server.messages import LANGUAGES, error_text
from aas_server.product.recipe import Recipe, editing, keeping
from aas_server.written import parsed

DEMO = Path(aas_server.cli.__file__).with_name("demo_cell.toml").read_text("utf-8")
PRODUCT = "injection-cell-1"


def made(changes: dict[str, str | None]) -> Recipe:
    return parsed(editing.changed(DEMO, changes, "product.toml"), Recipe, "product.toml")


def test_a_value_is_toml_where_that_fits_and_else_a_text() -> None:
    recipe = made(
        {
            "costing.price": "30000000",
            "owner.zip_code": "44999",
            "owner.phone": "+82-2-1",
            "terms.territory": "KR-11",
            "label.defect": '["N", "R"]',
            "costing.labour.2.months": "1.5",
            'cleaning.codes."Mold Temp 1"': "[1449, -999]",
            "quality.ranges.cycle_time.max": "99.5",
            "terms.purpose.ko": "불량 '원인' 분석",
        }
    )
    assert recipe.costing.price == 30_000_000
    assert (recipe.owner.zip_code, recipe.owner.phone, recipe.terms.territory) == ("44999", "+82-2-1", "KR-11")
    assert recipe.label is not None and recipe.label.defect == ("N", "R")
    assert recipe.costing.labour[1].months == 1.5
    assert recipe.cleaning.codes["Mold Temp 1"] == (1449.0, -999.0)
    assert recipe.quality.ranges["cycle_time"].max == 99.5
    assert recipe.terms.purpose["ko"] == "불량 '원인' 분석"


def test_comments_and_all_else_stay() -> None:
    changed = editing.changed(DEMO, {"costing.price": "1"}, "product.toml")
    assert changed.startswith(DEMO[: DEMO.index("[costing]")])
    assert "# part_weight is weighed after the shot" in changed
    assert sorted(set(changed.splitlines()) - set(DEMO.splitlines())) == ["price = 1"]


def test_an_entry_taken_out_falls_back_to_its_default() -> None:
    assert made({"modelling.acceptance": None}).modelling.acceptance == 0.8
    assert len(made({"costing.labour.1": None}).costing.labour) == 1


@pytest.mark.parametrize(
    ("entry", "value", "key"),
    [
        ("costing.prize", "3", "written-wrong"),
        ("costing.price", "viel", "written-wrong"),
        ("costing.labour.3.months", "1", "recipe-entry-number"),
        ("costing.price.won", "1", "written-wrong"),
        ("costing.expenses.won", "1", "recipe-entry-no-table"),
        ("costing..price", "1", "recipe-entry-unreadable"),
        ("", "1", "recipe-entry-unreadable"),
        ("costing.price", None, "recipe-entry-missing"),
        ("title", None, "written-wrong"),
    ],
)
def test_what_is_wrong_is_named(entry: str, value: str | None, key: str) -> None:
    with pytest.raises(BadInput) as refused:
        editing.changed(DEMO, {entry: value}, "product.toml")
    assert refused.value.key == key
    for language in LANGUAGES:
        assert "{" not in error_text(refused.value, language)


def kept(home: Path) -> Path:
    file = keeping.place(home, PRODUCT)
    file.parent.mkdir(parents=True)
    file.write_text(DEMO, "utf-8")
    return file


def test_a_change_never_overwrites_another_ones(tmp_path: Path) -> None:
    file = kept(tmp_path)
    seen = keeping.version(keeping.source(tmp_path, PRODUCT))
    mine = editing.changed(DEMO, {"costing.price": "1"}, "product.toml")
    theirs = editing.changed(DEMO, {"costing.price": "2"}, "product.toml")
    keeping.keep(tmp_path, PRODUCT, theirs, seen)
    with pytest.raises(AasError) as refused:
        keeping.keep(tmp_path, PRODUCT, mine, seen)
    assert refused.value.key == "recipe-changed-meanwhile"
    assert file.read_text("utf-8") == theirs


@pytest.mark.parametrize("id", ["..", ".", "", "a/b", "nobody"])
def test_only_a_product_has_a_recipe(tmp_path: Path, id: str) -> None:
    kept(tmp_path)
    (tmp_path / "product.toml").write_text(DEMO, "utf-8")
    with pytest.raises(AasError) as refused:
        keeping.source(tmp_path, id)
    assert refused.value.key == "recipe-missing"


def test_the_id_stays(tmp_path: Path) -> None:
    file = kept(tmp_path)
    with pytest.raises(BadInput) as refused:
        keeping.keep(tmp_path, PRODUCT, DEMO.replace(f'id = "{PRODUCT}"', 'id = "other"'))
    assert (refused.value.key, refused.value.values["line"]) == ("written-wrong", 4)
    assert "other" in refused.value.values["fault"]["ko"] and PRODUCT in refused.value.values["fault"]["en"]
    assert file.read_text("utf-8") == DEMO
