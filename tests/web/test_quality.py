"""The quality part of a product's page: what was found, and the links to its rows and to the report."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
from starlette.testclient import TestClient

from aas_server.product.quality import copies, evidence
from aas_server.product.record import ReleaseRecord, put_release
from aas_server.store.contract import Store
from submodels.data_quality import Finding
from submodels.text import both

PAGE = "/pages/products/moulding-cell"


def test_findings_lead_to_their_rows(client: TestClient, store: Store, finished: ReleaseRecord) -> None:
    found = (
        Finding("stuck", 1234, both("멈춘 값 <1>", "stuck readings <1>"), ("cycle_time",), ("#3",)),
        Finding("constant_column", 1, both("값이 하나", "one value"), ("mold",)),
    )
    assert finished.verified is not None
    verified = replace(
        finished.verified, findings=found, looked_for=("stuck", "drift"), found_before=(("missing", 4321),)
    )
    put_release(store, replace(finished, verified=verified))
    rows = evidence.beside(finished.released.folder) / "rows"
    rows.mkdir(parents=True)
    pq.write_table(pa.table({"row": pa.array([2], pa.int64())}), rows / "stuck.parquet")
    page = client.get(f"{PAGE}?lang=ko").text
    at = f"/products/moulding-cell/releases/{finished.id}/quality"
    assert "1,234" in page and "멈춘 값 &lt;1&gt;" in page
    assert f'href="{at}/findings/stuck/rows?form=csv"' in page
    assert f"{at}/findings/constant_column/rows" not in page
    assert "결측 4,321" in page
    assert f'href="{at}/report.html?lang=ko"' in page


def test_another_product_is_compared_with_what_is_registered(store: Store, finished: ReleaseRecord) -> None:
    [(name, sketch)] = copies.registered(store).items()
    assert (name, sketch.count) == (finished.product, finished.prepared.main.rows)
    assert copies.registered(store, but=finished.product) == {}
    put_release(store, replace(finished, registered=None))
    assert copies.registered(store) == {}
