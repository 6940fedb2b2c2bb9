"""The products' door: what a buyer's client sees of it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from aas_server.api.problems import install_problems
from aas_server.api.products import products_router
from aas_server.product.record import ProductRecord, ReleaseRecord, StepRecord, put_product, put_release

AT = "/products/moulding/releases/moulding-r1"


def open_door(benches, folder):
    """A bench with one registered release, and a client on it."""
    bench = benches.Bench(folder)
    released = bench.package()
    registered = bench.register(released)
    catalogue = bench.store.catalogue
    put_release(
        bench.store,
        ReleaseRecord(
            id=released.id,
            product="moulding",
            inputs="",
            collected=benches.collected(),
            prepared=bench.prepared,
            trained=bench.trained,
            used=benches.used(),
            released=released,
            verified=benches.quality(released.id),
            priced=benches.pricing(),
            registered=registered,
        ),
    )
    for name in ("moulding", "pressing", "welding"):
        made = ("moulding-r1", 1) if name == "moulding" else ("", 0)
        steps = {"collect": StepRecord("done", "2026-03-20T00:00:00Z")}
        shell = bench.names.shell(name)
        put_product(catalogue, ProductRecord(name, bench.recipe.title, "quality-prediction", shell, steps, *made))
    app = FastAPI()
    install_problems(app)
    app.include_router(products_router(bench.store, bench.settings, bench.clock))
    return bench, released, TestClient(app, raise_server_exceptions=False)


@pytest.fixture(scope="module")
def door(benches, tmp_path_factory):
    bench, released, client = open_door(benches, tmp_path_factory.mktemp("door") / "data")
    with client:
        yield client, released
    bench.close()


@pytest.fixture
def client(door):
    return door[0]


@pytest.fixture
def own_door(benches, tmp_path):
    """For tests that take things down."""
    bench, released, client = open_door(benches, tmp_path / "data")
    with client:
        yield client, bench, released
    bench.close()


def walk(client, url, **query):
    """All pages of a list of records."""
    pages = []
    while True:
        page = client.get(url, params=query).json()
        pages.append(page)
        if "cursor" not in page:
            return pages
        query["cursor"] = page["cursor"]


def test_products_come_page_by_page(client):
    pages = walk(client, "/products", limit=2)
    assert [[product["id"] for product in page["products"]] for page in pages] == [
        ["moulding", "pressing"],
        ["welding"],
    ]
    first = pages[0]["products"][0]
    assert first["title"]["ko"] == "사출 공정 데이터"
    assert first["steps"]["collect"]["state"] == "done"
    assert first["url"].endswith("/products/moulding")


def test_a_product_leads_to_its_releases(client):
    product = client.get("/products/moulding").json()
    assert [made["id"] for made in product["releases"]] == ["moulding-r1"]
    assert product["releases"][0]["archive"].endswith(f"{AT}/archive")


def test_a_release_tells_all_but_where_it_lies(door):
    client, released = door
    answer = client.get(AT)
    made = answer.json()
    assert made["released"]["sha256"] == released.sha256
    assert made["verified"]["index"] == 99.9995
    assert made["priced"]["price"] == 28_503_829
    assert made["registered"]["registration"]["kept_until"] == "2027-03-21"
    assert made["collected"]["main"]["pin"]["version"] == 7
    assert {part["path"] for part in made["files"]} > {"sample.csv", "SHA256SUMS", "data/shots.parquet"}
    assert str(released.folder.parents[3]) not in answer.text


def test_the_archive_can_be_downloaded_in_parts(door):
    client, released = door
    whole = client.get(f"{AT}/archive")
    assert hashlib.sha256(whole.content).hexdigest() == released.sha256
    assert whole.headers["content-disposition"] == 'attachment; filename="moulding-r1.zip"'
    assert whole.headers["etag"] == f'"{released.sha256}"'
    part = client.get(f"{AT}/archive", headers={"Range": "bytes=100-199", "If-Range": whole.headers["etag"]})
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    same = client.get(f"{AT}/archive", headers={"If-None-Match": whole.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")


def test_files_of_the_release_and_nothing_else(door):
    client, released = door
    for name in ("data/shots.parquet", "sample.csv", "SHA256SUMS", "guide-book.html"):
        assert client.get(f"{AT}/files/{name}").content == (released.folder / name).read_bytes()
    assert "sandbox" in client.get(f"{AT}/files/guide-book.html").headers["content-security-policy"]
    for path in (
        "../moulding-r1/sample.csv",
        "..%2f..%2f..%2f..%2faas.sqlite",
        "%2e%2e/%2e%2e/product.toml",
        "/etc/passwd",
        "data/%2e%2e/sample.csv",
        "moulding-r1.zip",
        "data",
        "",
    ):
        assert client.get(f"{AT}/files/{path}").status_code == 404, path


def test_the_open_api_reads_every_record_once_in_order(client, benches):
    pages = walk(client, f"{AT}/records", limit=1000, columns="Time,Defect")
    records = [record for page in pages for record in page["records"]]
    assert len(pages) == benches.ROWS / 1000
    assert len(records) == pages[0]["rows"] == benches.ROWS
    assert set(records[0]) == {"Time", "Defect"}
    times = [record["Time"] for record in records]
    assert times == sorted(set(times))
    assert sum(record["Defect"] for record in records) == len(benches.DEFECTS)


def test_records_bear_id_shorts_and_missing_cells_are_null(client):
    page = client.get(f"{AT}/records", params={"limit": 6}).json()
    assert page["table"] == "shots"
    assert page["records"][0] == {
        "Time": "2026-03-01T00:00:00Z",
        "CycleTime": 30.0,
        "Cushion": 2.0,
        "Defect": 0,
        "Remark": "정상",
    }
    assert page["records"][5]["CycleTime"] is None


def test_other_tables_have_records_too(client):
    pages = walk(client, f"{AT}/records", table="values", limit=20)
    assert [len(page["records"]) for page in pages] == [20, 20, 10]
    assert pages[2]["records"][-1]["Temperature"] == 249.5


def test_a_page_holds_no_more_than_the_server_gives(client):
    assert len(client.get(f"{AT}/records", params={"limit": 50_000}).json()["records"]) == 1000
    assert len(client.get(f"{AT}/records").json()["records"]) == 100


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ({"cursor": "rubbish!"}, "cursor-wrong"),
        ({"cursor": "cnViYmlzaA"}, "cursor-wrong"),
        ({"cursor": "OS4wQHNob3Rz"}, "cursor-wrong"),
        ({"cursor": "MC45OTk5OTlAc2hvdHM"}, "cursor-wrong"),
        ({"cursor": "MC4xMEBzaG90cw", "table": "values"}, "cursor-of-other-table"),
        ({"limit": "0"}, "parameter-small"),
        ({"limit": "many"}, "parameter-no-integer"),
        ({"columns": "Nothing"}, "column-unknown"),
    ],
)
def test_wrong_queries_are_answered_with_400(client, query, key):
    answer = client.get(f"{AT}/records", params=query)
    assert (answer.status_code, answer.json()["error"]) == (400, key)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/products/none", "product-missing"),
        ("/products/pressing/releases/moulding-r1", "release-missing"),
        ("/products/moulding/releases/moulding-r9/archive", "release-missing"),
        (f"{AT}/records?table=none", "release-table-missing"),
        ("/nowhere", "address-unknown"),
    ],
)
def test_what_is_not_there_is_answered_with_404(client, path, key):
    answer = client.get(path)
    assert (answer.status_code, answer.json()["error"]) == (404, key)


def test_errors_speak_the_readers_language(client):
    korean = client.get("/products/none", headers={"Accept-Language": "ko-KR,ko;q=0.9"})
    english = client.get("/products/none", headers={"Accept-Language": "en"})
    assert "상품 none" in korean.json()["message"]
    assert "no product none" in english.json()["message"]
    assert korean.headers["content-language"] == "ko"


def test_nothing_is_taken_down_before_its_date(own_door):
    client, bench, _ = own_door
    for path in ("/products/moulding", "/products/moulding/listing", AT):
        answer = client.delete(path)
        assert answer.status_code == 409
        assert answer.json()["error"] == "kept-until"
        assert answer.json()["date"] == "2027-03-21"
        assert "2027-03-21" in answer.json()["message"]
    assert client.get(f"{AT}/archive").status_code == 200
    assert len(bench.store.catalogue.page("listing")) == 1


def test_after_its_date_the_listing_can_go(own_door):
    client, bench, _ = own_door
    bench.clock.at = datetime(2027, 3, 21, tzinfo=UTC)
    assert client.delete("/products/moulding/listing").status_code == 204
    assert bench.store.catalogue.page("listing") == []
    assert client.delete("/products/moulding/listing").status_code == 404
    assert client.get(f"{AT}/archive").status_code == 200


def test_a_product_itself_stays(own_door):
    client, bench, _ = own_door
    bench.clock.at = datetime(2027, 3, 21, tzinfo=UTC)
    answer = client.delete("/products/moulding")
    assert (answer.status_code, answer.json()["error"]) == (409, "product-stays")
    assert "/products/moulding/listing" in answer.json()["message"]


def test_after_its_date_the_release_can_go(own_door):
    client, bench, released = own_door
    bench.clock.at = datetime(2027, 3, 21, tzinfo=UTC)
    assert client.delete(AT).status_code == 204
    assert client.get(AT).status_code == 404
    assert not released.folder.exists()
    assert bench.store.catalogue.page("listing") == []
    product = client.get("/products/moulding").json()
    assert (product["release"], product["releases"]) == ("", [])


def test_the_open_api_is_described_with_examples(client):
    described = client.get("/openapi.json").json()
    operation = described["paths"]["/products/{id}/releases/{release}/records"]["get"]
    assert operation["responses"]["200"]["content"]["application/json"]["example"]["records"]
    assert {part["name"] for part in operation["parameters"]} == {
        "id",
        "release",
        "table",
        "limit",
        "cursor",
        "columns",
    }
    assert json.dumps(described)
