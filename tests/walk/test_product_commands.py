"""The product's commands on a finished folder: look, edit what fields mean, change the price, build again."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

PRODUCT = "injection-cell-1"


@pytest.fixture(scope="module")
def folder(finished, tmp_path_factory) -> Path:
    copy = tmp_path_factory.mktemp("product") / "data"
    shutil.copytree(finished.folder, copy)
    return copy


def test_list_and_show(folder, aas):
    listed = json.loads(aas("product", "list", "--data", folder, "--json").out)
    assert [(one["product"], one["steps_done"]) for one in listed] == [(PRODUCT, 8)]
    shown = aas("product", "show", PRODUCT, "--data", folder, "--lang", "ko")
    assert "품질예측" in shown.out and "28503829" in shown.out


def test_the_hand_in_bundle_is_exported_whole(folder, aas, tmp_path):
    target = tmp_path / "hand-in"
    ended = aas("product", "export", PRODUCT, target, "--hand-in", "--data", folder)
    assert ended.code == 0, ended.err
    names = {file.name for file in target.iterdir()}
    assert {"listing.json", "listing.csv", "guide-book.html", "sample.csv", "quality-report.html"} <= names
    again = aas("product", "export", PRODUCT, target, "--hand-in", "--data", folder, "--lang", "en")
    assert again.code == 1 and str(target) in again.err


def test_the_quality_of_a_release_and_its_report(folder, aas, tmp_path):
    told = json.loads(aas("product", "quality", PRODUCT, "--data", folder, "--json").out)
    assert told["index"] is not None and told["columns"] and "gap" in told["looked_for"]
    for name in ("first.html", "second.html"):
        ended = aas("product", "quality", PRODUCT, "--report", tmp_path / name, "--data", folder, "--lang", "ko")
        assert ended.code == 0 and "자가 점검" in ended.out, ended.err
    assert (tmp_path / "first.html").read_bytes() == (tmp_path / "second.html").read_bytes()
    wrong = aas("product", "quality", PRODUCT, "--report", tmp_path / "report.docx", "--data", folder)
    assert wrong.code == 2 and "report.docx" in wrong.err


def test_building_again_changes_nothing(folder, aas):
    first = aas("product", "build", PRODUCT, "--data", folder, "--json")
    assert first.code == 0, first.err
    assert first.last["release"] == f"{PRODUCT}-r1"
    assert Path(str(first.last["aasx"])).is_relative_to(folder), "the data folder may be moved"


def test_a_new_price_is_a_new_offer_of_the_same_release(folder, aas):
    recipe = folder / "products" / PRODUCT / "product.toml"
    recipe.write_text(recipe.read_text("utf-8").replace("expenses = 2000000", "expenses = 3000000"), "utf-8")
    ended = aas("product", "build", PRODUCT, "--data", folder, "--json")
    assert ended.code == 0, ended.err
    assert ended.last["release"] == f"{PRODUCT}-r1"
    assert ended.last["price"] == 29_669_829  # L 22,445,823 + E 3,000,000 + G 1,526,749 + P 2,697,257


def test_a_rate_over_the_cap_is_refused_with_its_article(folder, aas):
    recipe = folder / "products" / PRODUCT / "product.toml"
    before = recipe.read_text("utf-8")
    recipe.write_text(
        before.replace('cost_class = "service-other"', 'cost_class = "service-other"\nprofit_rate = 25')
    )
    ended = aas("product", "build", PRODUCT, "--data", folder, "--lang", "ko")
    recipe.write_text(before, "utf-8")
    assert ended.code == 2
    assert "시행규칙" in ended.err and "10" in ended.err


def test_an_edited_meaning_makes_a_new_release(folder, aas, tmp_path):
    table = list(csv.DictReader(io.StringIO(aas("product", "fields", PRODUCT, "--data", folder).out)))
    (cushion,) = [row for row in table if row["name"] == "cushion_position"]
    assert cushion["unit"] == "mm"
    cushion["semanticId"] = "https://factory.example/ids/cd/CushionOfMelt"
    cushion["title_ko"] = "쿠션량"
    edited = tmp_path / "fields.csv"
    with edited.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, table[0])
        writer.writeheader()
        writer.writerows(table)
    changed = aas("product", "fields", PRODUCT, "--set", edited, "--data", folder, "--json")
    assert changed.code == 0, changed.err
    assert changed.last["changed"] == 1
    built = aas("product", "build", PRODUCT, "--data", folder, "--json")
    assert built.code == 0, built.err
    assert built.last["release"] == f"{PRODUCT}-r2"
    variables = (folder / "products" / PRODUCT / "releases" / f"{PRODUCT}-r2" / "variables.csv").read_text(
        "utf-8-sig"
    )
    assert "CushionOfMelt" in variables and "쿠션량" in variables


def test_a_bad_edit_is_refused_and_changes_nothing(folder, aas, tmp_path):
    before = aas("product", "fields", PRODUCT, "--data", folder).out
    edited = tmp_path / "fields.csv"
    for column, value, told in (
        ("unit", "furlong/fortnight", "furlong"),
        ("idShort", "1 bad", "1 bad"),
        ("semanticId", "", "semanticId"),
    ):
        table = list(csv.DictReader(io.StringIO(before)))
        table[3][column] = value
        with edited.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, table[0])
            writer.writeheader()
            writer.writerows(table)
        ended = aas("product", "fields", PRODUCT, "--set", edited, "--data", folder, "--lang", "en")
        assert ended.code == 2
        assert told in ended.err
    assert aas("product", "fields", PRODUCT, "--data", folder).out == before


def test_a_check_that_cannot_be_made_is_refused_before_a_release_is(folder, aas):
    releases = folder / "products" / PRODUCT / "releases"
    before = sorted(path.name for path in releases.iterdir())
    changes = ("--set", "modelling.seed=1", "--set", "quality.ranges.oil_temperature.max=90")
    assert aas("product", "recipe", PRODUCT, *changes, "--data", folder).code == 0
    ended = aas("product", "build", PRODUCT, "--data", folder)
    assert ended.code == 2 and "oil_temperature" in ended.err
    assert sorted(path.name for path in releases.iterdir()) == before
