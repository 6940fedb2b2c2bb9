"""What step 2 did, as the product's page shows it."""

from __future__ import annotations

import re

from starlette.testclient import TestClient

from aas_server.product.record import ReleaseRecord

PAGE = "/pages/products/moulding-cell"


def section(client: TestClient) -> str:
    html = client.get(PAGE, headers={"Accept-Language": "en"}).text
    return html.partition('<section id="processing"')[2].partition("</section>")[0]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_each_column_is_shown_before_and_after(client: TestClient, finished: ReleaseRecord) -> None:
    del finished
    html = section(client)
    text = words(html)
    assert "Each column before and after (3)" in text
    assert "3 → 64 20 → 20 215.5 → 203.25 1,449 → 241.5" in text
    assert "Cushion position withheld – → 0" in text
    assert "Note left out 6,042 → –" in text
    assert "style=" not in html


def test_spreads_are_drawn_and_told_in_words(client: TestClient, finished: ReleaseRecord) -> None:
    del finished
    html = section(client)
    assert html.count("<rect") == 3  # the coded value stands alone at the far end before, and is gone after
    assert 'aria-label="how Barrel temperature 1 is spread, from 20 to 1,449"' in html
