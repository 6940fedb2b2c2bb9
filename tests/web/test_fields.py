"""What a product's variables mean, settled on its page: suggestions, and the sheet there and back."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator

import openpyxl
import pytest
from starlette.testclient import TestClient

from aas_server.ids import Names
from aas_server.messages import in_all
from aas_server.product import fields
from aas_server.web import create_web
from submodels import asset_interfaces
from submodels.asset_interfaces import AssetInterfaces, Feed
from submodels.field import Field, Unit
from submodels.fields import origin_of
from submodels.text import both

PRODUCT = "press-1"
PAGE = f"/pages/products/{PRODUCT}/fields"
SHEET = f"/pages/products/{PRODUCT}/mapping"
PRESSURE = "0112/2///61987#ABN616#001"
TEMPERATURE = "0112/2///61987#ABA927#005"


@pytest.fixture
def names(house) -> Names:
    return Names(house.settings.domain)


@pytest.fixture
def pages(house, feed, keep_product, names) -> Iterator[TestClient]:
    keep_product(PRODUCT)
    told = [("melt <P> PV", "MeltPressure", "", "bar"), ("ram speed", "RamSpeed", TEMPERATURE, "mm/s")]
    described = tuple(
        Field(
            name=name,
            id_short=short,
            value_type="xs:double",
            semantic_id=meaning or names.concept(PRODUCT, "shots", short),
            origin=origin_of(meaning or "https://x"),
            title=both(name, name),
            definition=in_all("collect-undefined", name=name),
            unit=Unit(unit, "", ""),
        )
        for name, short, meaning, unit in told
    )
    one = Feed("shots", "mqtt://10.0.0.5:1883", "plant/shots", "flat-json", both("쇼트", "shots"), described)
    known = AssetInterfaces(names.submodel(PRODUCT, asset_interfaces.DESCRIPTION_KIND), (one,))
    house.shelf.put(PRODUCT, asset_interfaces.to_submodel(known))
    app = create_web(house.store, house.settings, feed, twin=house.shelf)
    with TestClient(app, base_url="http://127.0.0.1", follow_redirects=True) as opened:
        yield opened


def token(pages: TestClient) -> dict[str, str]:
    found = re.search(r'name="token" value="([0-9a-f]{64})"', pages.get(PAGE).text)
    assert found is not None
    return {"token": found[1]}


def meaning(house, name: str) -> str:
    return next(row["semanticId"] for row in fields.rows(house.shelf, PRODUCT) if row["name"] == name)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_tells_coverage_suggestions_and_what_does_not_fit(pages, language):
    page = pages.get(f"{PAGE}?lang={language}").text
    assert "50.0 %" in page and PRESSURE in page
    assert "melt &lt;P&gt; PV" in page and "melt <P>" not in page
    assert ("속도" if language == "ko" else "Velocity") in page or "ram speed" in page


def test_a_suggestion_is_taken_over_with_a_click(pages, house):
    chosen = token(pages) | {"stream": "shots", "name": "melt <P> PV", "entry": PRESSURE}
    page = pages.post(PAGE, data=chosen)
    assert page.status_code == 200 and "적용했습니다" in page.text
    assert meaning(house, "melt <P> PV") == PRESSURE


@pytest.mark.parametrize(("language", "words"), [("ko", "사출 압력"), ("en", "pressure"), ("en", "Druck")])
def test_the_dictionary_is_searched_where_a_meaning_is_chosen(pages, house, language, words):
    asked = {"find": words, "unit": "bar", "field": "shots:melt <P> PV", "lang": language}
    page = pages.get(PAGE, params=asked).text
    section = page[page.index('id="search"') : page.index('id="suggestions"')]
    assert section.index(PRESSURE) < section.find("ABP579") or "ABP579" not in section, "the best first"
    assert TEMPERATURE not in section and "<P>" not in section
    chosen = token(pages) | {"stream": "shots", "name": "melt <P> PV", "entry": PRESSURE}
    assert all(f'value="{html.escape(value)}"' in section for value in chosen.values())
    assert pages.post(PAGE, data=chosen).is_success and meaning(house, "melt <P> PV") == PRESSURE


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"find": "<b>nonesuch"}, "찾은 것이 없습니다"),
        ({"find": "온도", "unit": "furlong"}, "furlong"),
        ({"find": "온도", "field": "shots:nobody"}, TEMPERATURE),
        ({"find": "x" * 5000}, "찾은 것이 없습니다"),
    ],
    ids=["nothing", "unit", "no-such-field", "long"],
)
def test_a_search_without_a_field_or_a_hit_says_so(pages, asked, told):
    page = pages.get(PAGE, params=asked | {"lang": "ko"})
    section = page.text[page.text.index('id="search"') : page.text.index('id="suggestions"')]
    assert page.status_code == 200 and told in section and "<b>" not in section
    assert 'name="entry"' not in section


def test_an_entry_without_irdi_defines_the_own_uri(pages, house):
    before = meaning(house, "melt <P> PV")
    assert pages.post(
        PAGE, data=token(pages) | {"stream": "shots", "name": "melt <P> PV", "entry": "torque"}
    ).is_success
    row = next(row for row in fields.rows(house.shelf, PRODUCT) if row["name"] == "melt <P> PV")
    assert row["semanticId"] == before and row["definition_en"] == "Moment of force that turns a body"


@pytest.mark.parametrize(
    ("change", "status"), [({"entry": "no such"}, 404), ({"name": "nobody"}, 400), ({"token": "0" * 64}, 403)]
)
def test_a_wrong_choice_changes_nothing(pages, house, change, status):
    before = fields.rows(house.shelf, PRODUCT)
    chosen = token(pages) | {"stream": "shots", "name": "melt <P> PV", "entry": PRESSURE} | change
    assert pages.post(PAGE, data=chosen).status_code == status
    assert fields.rows(house.shelf, PRODUCT) == before


def test_the_sheet_goes_out_and_comes_back(pages, house):
    answer = pages.get(f"{SHEET}.xlsx")
    assert "press-1-mapping.xlsx" in answer.headers["content-disposition"]
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    row = next(row for row in book.active.iter_rows() if row[-2].value == "ram speed")
    for cell in row:
        cell.value = "" if cell.value == TEMPERATURE else cell.value
    edited = io.BytesIO()
    book.save(edited)
    page = pages.post(SHEET, data=token(pages), files={"file": ("my sheet.xlsx", edited.getvalue())})
    assert page.status_code == 200 and "시트를 반영했습니다" in page.text
    assert meaning(house, "ram speed") != TEMPERATURE


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x03\x04broken"])
def test_a_wrong_file_is_told_and_changes_nothing(pages, house, content):
    before = fields.rows(house.shelf, PRODUCT)
    page = pages.post(SHEET, data=token(pages), files={"file": ("my.xlsx", content)})
    assert page.status_code == 400 and 'role="alert"' in page.text and "/tmp" not in page.text
    assert fields.rows(house.shelf, PRODUCT) == before


def test_a_sheet_from_elsewhere_or_too_large_is_refused(pages):
    assert pages.post(SHEET, files={"file": ("my.xlsx", b"x")}).status_code == 403
    huge = {"file": ("my.xlsx", bytes(10_200_000))}
    assert pages.post(SHEET, data=token(pages), files=huge).status_code == 413
    assert pages.post(SHEET, content=b"x", headers={"Content-Type": "multipart/form-data"}).status_code == 400
