"""The quality of a release over REST: figures, the rows behind them, and the report."""

from __future__ import annotations

import csv
import io

import duckdb
import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from aas_server.api.problems import install_problems
from aas_server.api.products import products_router
from aas_server.messages import in_all
from aas_server.product.quality import earlier, evidence, pdf
from aas_server.product.record import ProductRecord, ReleaseRecord, put_product, put_release
from aas_server.quality.finding import Finding

AT = "/products/moulding/releases/moulding-r1/quality"


@pytest.fixture(scope="module")
def door(tmp_path_factory, benches):
    """A client on a release of which some rows are found to be wrong; its table; the folder of the evidence."""
    bench = benches.Bench(tmp_path_factory.mktemp("quality") / "data")
    released = bench.package()
    made = ReleaseRecord(
        released.id, "moulding", "", benches.collected(), bench.prepared, bench.trained, benches.used(), released,
        benches.quality(released.id),
    )  # fmt: skip
    put_release(bench.store, made)
    title = bench.recipe.title
    put_product(bench.store.catalogue, ProductRecord("moulding", title, "quality-prediction", "x", {}, made.id, 1))
    app = FastAPI()
    install_problems(app)
    app.include_router(products_router(bench.store, bench.settings, bench.clock))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield (
            client,
            pq.read_table(made.prepared.main.path),
            evidence.home(bench.folder, "moulding", made.id),
            made,
        )
    bench.close()


@pytest.fixture(scope="module")
def found(door):
    """The same with the evidence of step 6."""
    client, table, home, made = door
    bare = client.get(AT).json()
    note = in_all("quality-kind-stuck")
    finding = Finding("stuck", 7, ("x",), (), note, "SELECT * FROM range(0, 21, 3) t(row)")
    figures = earlier.figures_of(home.parents[3], "moulding", made.released, made.verified)
    with duckdb.connect() as connection:
        evidence.keep(home, figures, [finding, Finding("missing", 0, (), (), note)], connection)
    return client, table, bare


def test_a_release_verified_before_tells_its_indices(found):
    _, _, bare = found
    assert bare["index"] is not None
    assert bare["indices"][0]["name"] == "completeness"
    assert any(one["value"] is None and one["reason"] for one in bare["indices"])


def test_rows_behind_a_finding_page_by_page(found):
    client, table, _ = found
    seen, cursor = [], None
    while True:
        page = client.get(
            f"{AT}/findings/stuck/rows", params={"limit": 3, **({"cursor": cursor} if cursor else {})}
        )
        assert page.status_code == 200
        body = page.json()
        assert body["rows"] == 7
        seen += body["records"]
        cursor = body.get("cursor")
        if cursor is None:
            break
    assert [one["#row"] for one in seen] == [1, 4, 7, 10, 13, 16, 19]
    name = table.schema.names[1]
    assert [one[name] for one in seen] == [table.column(name)[at].as_py() for at in range(0, 21, 3)]


def test_all_rows_as_csv_that_a_spreadsheet_opens(found):
    client, table, _ = found
    answer = client.get(f"{AT}/findings/stuck/rows?form=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert head == ["#row", *table.schema.names]
    assert [int(row[0]) for row in rows] == [1, 4, 7, 10, 13, 16, 19]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/findings/missing/rows", 404),
        ("/findings/nothing/rows", 404),
        ("/findings/..%2F..%2Ffigures/rows", 404),
        ("/findings/stuck/rows?cursor=MC4xQGRyaWZ0", 400),
        ("/findings/stuck/rows?form=xlsx", 400),
        ("/report.docx", 404),
    ],
)
def test_what_is_not_there_is_said(found, path, status):
    assert found[0].get(AT + path).status_code == status


def test_the_report_in_both_forms_and_languages(found):
    client, _, _ = found
    korean, english = (client.get(f"{AT}/report.html?lang={language}").text for language in ("ko", "en"))
    assert "자가 점검" in korean and "self-check" in english
    assert "인증" not in korean and "certif" not in english.lower()
    assert "http://" not in korean.replace("http://www.w3.org/2000/svg", "")
    if pdf.available():
        first = client.get(f"{AT}/report.pdf?lang=ko")
        assert first.content.startswith(b"%PDF-")
        assert first.content == client.get(f"{AT}/report.pdf?lang=ko").content
