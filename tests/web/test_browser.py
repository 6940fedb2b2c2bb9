"""The pages in a real browser: drawn, readable in Hangul, at desktop and phone width, and quiet."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = playwright.expect
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


@pytest.fixture(scope="session")
def browser():
    with playwright.sync_playwright() as tools:
        opened = tools.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
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
        self.page.set_default_timeout(20_000)
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


@pytest.fixture(
    params=[(language, width) for language in LANGUAGES for width in WIDTHS], ids=lambda p: f"{p[0]}-{p[1]}"
)
def visit(browser, site: str, request) -> Iterator[Visit]:
    language, width = request.param
    opened = Visit(browser, site, language, width)
    yield opened
    faults, hosts = opened.faults, {host for host in opened.hosts if host}
    opened.close()
    assert faults == []
    assert hosts <= {urlsplit(site).netloc}


def settle(page, tmp_path: Path, name: str) -> None:
    """No part of the page sticks out at the side. A picture of it is kept beside the test's other files."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.screenshot(path=tmp_path / f"{name}.png", full_page=True)


def test_a_finished_product(visit: Visit, finished, tmp_path: Path) -> None:
    page = visit.open("/pages/products/moulding-cell")
    page.wait_for_selector("#series-chart .scatterlayer .trace path.js-line")
    page.wait_for_selector("#confusion-chart .heatmaplayer image")
    expect(page.locator("#series-note")).to_contain_text("6,000")
    settle(page, tmp_path, "product")
    page.select_option("#variable", "BarrelTemperature1")
    expect(page.locator("#series-chart .ytitle")).to_contain_text("°C")
