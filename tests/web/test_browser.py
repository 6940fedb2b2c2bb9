"""The pages in a real browser: drawn, readable in Hangul, at desktop and phone width, and quiet."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from aas_server.house import House
from aas_server.ingest.mending import catch_up
from aas_server.ingest.state import BrokerState, FeedState, StreamState
from aas_server.product.record import StepRecord
from aas_server.settings import Settings
from aas_server.store.contract import Quarantined, Store
from aas_server.web import create_web
from connectors.message import Message

PATIENCE = 60_000
"""Milliseconds that something may take to be drawn: the machine may be busy."""
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = playwright.expect
expect.set_options(timeout=PATIENCE)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt install chromium fonts-nanum)"),
]
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = (1280, 390)
LANGUAGES = ("ko", "en")


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as tools:
        opened = tools.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS, timeout=2 * PATIENCE)
        yield opened
        opened.close()


class Visit:
    """A page in the browser, with all that went wrong on it."""

    def __init__(self, browser, site: str, language: str, width: int) -> None:
        self.faults: list[str] = []
        self.hosts: set[str] = set()
        self._site = site
        self._context = browser.new_context(
            viewport={"width": width, "height": 900}, locale={"ko": "ko-KR", "en": "en-GB"}[language]
        )
        self.page = self._context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("requestfailed", lambda request: self.faults.append(f"failed: {request.url}"))
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))

    def open(self, path: str):
        self.page.goto(self._site + path)
        return self.page

    def close(self) -> None:
        self._context.close()

    def _console(self, message) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"{message.type}: {message.text}")


@pytest.fixture(params=[(language, width) for language in LANGUAGES for width in WIDTHS], ids=str)
def visit(browser, site: str, request) -> Iterator[Visit]:
    """A reader of each language at each width."""
    yield from _visited(browser, site, *request.param)


@pytest.fixture
def phone(browser, site: str) -> Iterator[Visit]:
    """A Korean reader at a phone."""
    yield from _visited(browser, site, "ko", 390)


def _visited(browser, site: str, language: str, width: int) -> Iterator[Visit]:
    """Afterwards nothing was said on the console and nobody but the site was asked for anything."""
    opened = Visit(browser, site, language, width)
    yield opened
    # Before it is closed: a request that is on its way then fails.
    faults, hosts = [*opened.faults], {host for host in opened.hosts if host}
    opened.close()
    assert faults == []
    assert hosts <= {urlsplit(site).netloc}


def settle(page, tmp_path: Path, name: str) -> None:
    """No part of the page sticks out at the side. A picture of it is kept beside the test's other files."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.screenshot(path=tmp_path / f"{name}.png", full_page=True)


def test_a_finished_product(visit: Visit, finished, tmp_path: Path) -> None:
    page = visit.open("/pages/products/moulding-cell")
    for part in ("series", "model"):
        if not page.locator(f"#{part} > details").evaluate("part => part.open"):
            page.locator(f"#{part} summary").first.click()
    page.wait_for_selector("#series-chart .scatterlayer .trace path.js-line")
    expect(page.locator("#model .plots svg").first).to_be_visible()
    expect(page.locator("#model .plots text", has_text="1,765")).to_be_visible()
    expect(page.locator("#series-note")).to_contain_text("6,000")
    settle(page, tmp_path, "product")


def test_another_variable_can_be_chosen(phone: Visit, finished) -> None:
    page = phone.open("/pages/products/moulding-cell#series")
    page.select_option("#variable", "BarrelTemperature1")
    expect(page.locator("#series-chart .ytitle")).to_contain_text("°C")


def test_a_phone_shows_a_products_parts_folded_and_a_link_opens_one(phone: Visit, finished) -> None:
    page = phone.open("/pages/products/moulding-cell")
    expect(page.locator("#quality h2")).to_be_visible()
    expect(page.locator("#quality .indices")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollHeight < 4 * innerHeight")
    page.locator(".parts a[href='#quality']").click()
    expect(page.locator("#quality .indices")).to_be_visible()
    expect(page.locator("#quality h2")).to_be_in_viewport()
    expect(page.locator("#licence dl").first).to_be_hidden()


def test_the_list_of_products(visit: Visit, finished, keep_product, tmp_path: Path) -> None:
    done = StepRecord("done", "2026-03-09T01:00:00Z")
    keep_product("press-2", collect=done, preprocess=StepRecord("running", "2026-03-09T01:01:00Z"))
    keep_product(
        "press-3", collect=done, preprocess=StepRecord("failed", "", "web-file-missing", {"file": "shots.csv"})
    )
    page = visit.open("/")
    expect(page.locator(".card")).to_have_count(3)
    settle(page, tmp_path, "products")


def test_no_products_yet(visit: Visit, tmp_path: Path) -> None:
    settle(visit.open("/"), tmp_path, "empty")


def test_a_line_at_work_is_followed(phone: Visit, keep_product, tmp_path: Path) -> None:
    done = StepRecord("done", "2026-03-09T01:00:00Z")
    keep_product("press-2", collect=done, preprocess=StepRecord("running", "2026-03-09T01:01:00Z"))
    page = phone.open("/pages/products/press-2")
    expect(page.locator(".steps .running")).to_have_count(2)
    settle(page, tmp_path, "at-work")
    keep_product(
        "press-2", collect=done, preprocess=StepRecord("failed", "", "web-file-missing", {"file": "shots.csv"})
    )
    expect(page.locator(".notice.failed")).to_contain_text("shots.csv")
    settle(page, tmp_path, "failed")


def test_the_feed_refreshes_itself(visit: Visit, feed, store: Store, tmp_path: Path) -> None:
    store.journal.quarantine(
        [
            Quarantined(
                n,
                "mqtt",
                f"cell/{n}",
                1_772_000_000_000_000_000,
                "payload-not-json",
                {"topic": f"cell/{n}", "fault": "Expecting value: line 1"},
            )
            for n in (3, 4)
        ]
    )
    now = datetime(2026, 3, 9, 1, 2, 3, tzinfo=UTC)
    broker = BrokerState("mqtt://127.0.0.1:1883", True)
    shots = StreamState("shots", "factory/cell-1/shots", 12_345, 12_340, 0, 4.2, 0.3, now)
    feed.state = FeedState((shots,), (broker,), 17, 2, None)
    page = visit.open("/pages/feed")
    values = StreamState("values", "mos/type-4/+", 99_999, 1_234_567, 0, 812.4, None, now)
    feed.state = FeedState((shots, values), (broker,), 17, 2, None)
    expect(page.locator("#feed-table tbody")).to_contain_text("1,234,567")
    expect(page.locator("#feed-records")).to_have_text("1,246,907")
    page.wait_for_selector("#feed-chart .scatterlayer .trace")
    settle(page, tmp_path, "feed")


def test_a_long_value_does_not_widen_the_page_of_a_stream(browser, feed, serving, tmp_path: Path) -> None:
    payload = b'{"time": "2026-03-09T01:02:03Z", "image": "%s"}' % (b"4d07beca" * 8)
    with House(Settings(data=tmp_path / "data")) as house:
        house.store.journal.append([Message("mem", "cam/1", payload, 1_772_000_000_000_000_000, 1)])
        catch_up(house.store, house.settings)
        with serving(create_web(house.store, house.settings, feed, house.desk())) as site:
            for phone in _visited(browser, site, "ko", 390):
                page = phone.open("/pages/streams/cam_1")
                expect(page.locator("#fields")).to_be_visible()
                settle(page, tmp_path, "stream")


def test_a_missing_page(browser, site: str, tmp_path: Path) -> None:
    opened = Visit(browser, site, "ko", 390)
    settle(opened.open("/nowhere"), tmp_path, "missing")
    opened.close()


def test_hangul_is_drawn_with_a_font_that_has_it(phone: Visit, finished) -> None:
    """Without such a font every syllable is the same empty box."""
    page = phone.open("/")
    different = page.evaluate(
        """() => {
            const drawn = (letter) => {
                const canvas = document.createElement("canvas");
                canvas.width = canvas.height = 40;
                const pen = canvas.getContext("2d");
                pen.font = "28px " + getComputedStyle(document.body).fontFamily;
                pen.fillText(letter, 4, 30);
                return canvas.toDataURL();
            };
            return new Set(["가", "뷁", "한", "글", "품"].map(drawn)).size;
        }"""
    )
    assert different == 5


def test_the_page_can_be_walked_by_keyboard(phone: Visit, finished) -> None:
    page = phone.open("/pages/products/moulding-cell")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
