"""How a product is made, edited on its page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import aas_server.cli
from aas_server.building import Building
from aas_server.errors import Conflict
from aas_server.house import House
from aas_server.product.recipe import Recipe, load
from aas_server.web import create_web

DEMO = Path(aas_server.cli.__file__).with_name("demo_cell.toml").read_text("utf-8")
PRODUCT = "injection-cell-1"
PAGE = f"/pages/products/{PRODUCT}/recipe"


@pytest.fixture
def building(house: House) -> Iterator[Building]:
    made = Building(house.settings)
    yield made
    made.stop()


@pytest.fixture
def pages(house: House, feed, keep_product, building) -> Iterator[TestClient]:
    keep_product(PRODUCT)
    file = house.recipe_file(PRODUCT)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(DEMO, "utf-8")
    app = create_web(house.store, house.settings, feed, house.desk(), building)
    with TestClient(app, base_url="http://127.0.0.1", follow_redirects=True) as opened:
        yield opened


def hidden(page: str) -> dict[str, str]:
    found = {name: re.search(rf'name="{name}" value="([0-9a-f]{{64}})"', page) for name in ("token", "version")}
    return {name: match[1] for name, match in found.items() if match}


def kept(house: House) -> Recipe:
    return load(house.recipe_file(PRODUCT))


def test_a_form_changes_entries_and_keeps_the_rest(pages, house):
    said = hidden(pages.get(PAGE).text)
    changes = {
        "costing.price": "30,000,000",
        "costing.reason.ko": "시장 가격 '조사' 결과",
        "label.defect": "N, R",
        "owner.phone": "021234567",
    }
    page = pages.post(PAGE, data=said | changes)
    assert page.status_code == 200 and "저장했습니다" in page.text
    recipe = kept(house)
    assert (recipe.costing.price, recipe.costing.reason["ko"]) == (30_000_000, "시장 가격 '조사' 결과")
    assert recipe.label is not None and recipe.label.defect == ("N", "R")
    assert recipe.owner.phone == "021234567"
    assert "# part_weight is weighed after the shot" in house.recipe_file(PRODUCT).read_text("utf-8")


def test_an_emptied_field_takes_its_entry_out(pages, house):
    assert pages.post(PAGE, data=hidden(pages.get(PAGE).text) | {"modelling.acceptance": ""}).status_code == 200
    assert "acceptance" not in house.recipe_file(PRODUCT).read_text("utf-8")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_wrong_value_is_told_and_nothing_is_kept(pages, house, language):
    said = hidden(pages.get(PAGE).text) | {"kept_years": "many", "title.en": "<b>new</b>"}
    page = pages.post(f"{PAGE}?lang={language}", data=said)
    assert page.status_code == 400 and "kept_years" in page.text
    assert "&lt;b&gt;new&lt;/b&gt;" in page.text, "what was typed is lost"
    assert house.recipe_file(PRODUCT).read_text("utf-8") == DEMO


def test_the_whole_file_is_checked_with_its_line(pages, house):
    said = hidden(pages.get(PAGE).text)
    wrong = DEMO.replace("[costing]", "[costing]\nprize = 3")
    line = wrong.splitlines().index("prize = 3") + 1
    page = pages.post(f"{PAGE}/text", data=said | {"text": wrong.replace("\n", "\r\n")})
    assert page.status_code == 400 and f"{line}행" in page.text and "prize = 3" in page.text
    assert house.recipe_file(PRODUCT).read_text("utf-8") == DEMO
    right = DEMO.replace('form = "once"', 'form = "once"\nprice = 7')
    assert pages.post(f"{PAGE}/text", data=said | {"text": right.replace("\n", "\r\n")}).status_code == 200
    assert house.recipe_file(PRODUCT).read_text("utf-8") == right


def test_two_who_edit_do_not_overwrite_each_other(pages, house):
    said = hidden(pages.get(PAGE).text)
    assert pages.post(PAGE, data=said | {"terms.term": "P2Y"}).status_code == 200
    page = pages.post(PAGE, data=said | {"terms.term": "P3Y"})
    assert page.status_code == 409 and kept(house).terms.term == "P2Y"


@pytest.mark.parametrize("form", [PAGE, f"{PAGE}/text", f"/pages/products/{PRODUCT}/build"])
def test_a_form_from_elsewhere_changes_nothing(pages, house, form):
    assert pages.post(form, data={"token": "0" * 64, "terms.term": "P2Y", "text": DEMO}).status_code == 403
    assert house.recipe_file(PRODUCT).read_text("utf-8") == DEMO


def test_a_product_that_is_not_there_has_no_page(pages):
    assert pages.get("/pages/products/nobody/recipe").status_code == 404


def test_the_line_runs_from_the_page_and_its_fault_is_told(pages, building, until):
    """The recipe's streams were never collected, so the line ends in its first step."""
    said = hidden(pages.get(PAGE).text)
    page = pages.post(f"/pages/products/{PRODUCT}/build", data={"token": said["token"]})
    assert page.status_code == 200 and "만들고 있습니다" in page.text
    with pytest.raises(Conflict):
        building.start(PRODUCT)
    until(lambda: building.running() is None)
    assert building.fault(PRODUCT) is not None
    assert "factory_injection-cell-1_shots" in pages.get(PAGE).text.split("<form")[0]


def test_a_stopped_server_leaves_no_line_behind(building, pages):
    building.start(PRODUCT)
    building.stop()
    assert building.running() is None
    fault = building.fault(PRODUCT)
    assert fault is not None and fault.key == "line-died"
