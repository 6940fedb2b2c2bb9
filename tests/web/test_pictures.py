"""A product's page shows what its pictures look like."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from aas_server.product.record import ReleaseRecord, put_release
from aas_server.store.contract import Store
from submodels.ai_parts import Picture
from submodels.data_product import Distribution
from submodels.text import both


@pytest.fixture
def page(client: TestClient, store: Store, finished: ReleaseRecord) -> str:
    at = "https://factory.example/products/moulding-cell/releases/r1/files/pictures/camera.csv"
    title = both("견본 이미지 (<불량>)", "Sample picture (<ng>)")
    added = (
        Distribution(both("목록", "List"), at, "text/csv", 10, "0" * 64, 1234),
        Distribution(title, "/aasx/files/pictures/camera/ab c.png", "image/png", 9, "0" * 64),
    )
    product = finished.released.product
    product = replace(product, distributions=(*product.distributions, *added))
    model = replace(finished.trained.model, picture=Picture("image", 64, 64))
    shown = replace(
        finished,
        trained=replace(finished.trained, model=model),
        released=replace(finished.released, product=product),
    )
    put_release(store, shown)
    return client.get(f"/pages/products/{finished.product}").text


def test_sample_pictures_are_shown_with_their_label(page: str, finished: ReleaseRecord) -> None:
    (source,) = re.findall(r'<figure><a href="[^"]+"><img src="([^"]+)"', page)
    assert source == f"/products/{finished.product}/releases/{finished.id}/files/pictures/camera/ab%20c.png"
    assert "<figcaption>견본 이미지 (&lt;불량&gt;)</figcaption>" in page
    assert "이미지가 있는 1,234행이" in page and 'href="#pictures"' in page


def test_a_product_without_pictures_has_no_such_part(client: TestClient, finished: ReleaseRecord) -> None:
    assert 'id="pictures"' not in client.get(f"/pages/products/{finished.product}").text
