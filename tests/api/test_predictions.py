"""A release's model as an Open API, as a buyer's client sees it."""

from __future__ import annotations

import gzip
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from aas_server.api.problems import install_problems
from aas_server.api.products import products_router
from aas_server.errors import NotSupported
from aas_server.product.predicting.predictor import Predictor
from aas_server.product.predicting.rows import Rows
from aas_server.product.predicting.sessions import Sessions
from aas_server.product.record import ReleaseRecord, put_release

AT = "/products/moulding/releases/moulding-r1"
ROW = {"CycleTime": 1.0, "Cushion": 2.5}
LIMITS = {"predict_rows": 50, "max_message": 20_000}
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def door(tmp_path_factory, benches):
    """A door on one release; its "model" names the larger of its two inputs (class "0" or "1")."""
    bench = benches.Bench(tmp_path_factory.mktemp("predictions") / "data")
    released = bench.package()
    made = ReleaseRecord(
        released.id,
        "moulding",
        "",
        benches.collected(),
        bench.prepared,
        replace(bench.trained, onnx=released.folder / "model" / "model.onnx"),
        benches.used(),
        released,
    )
    put_release(bench.store, made)
    app = FastAPI()
    install_problems(app)
    app.include_router(products_router(bench.store, bench.settings.model_copy(update=LIMITS), bench.clock))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client, made
    bench.close()


@pytest.fixture
def client(door):
    return door[0]


def ask(client, body, kind="application/json", **headers):
    content = body if isinstance(body, bytes | str) else json.dumps(body)
    return client.post(f"{AT}/predict", content=content, headers={"Content-Type": kind, **headers})


def classes(answer):
    assert answer.status_code == 200, answer.text
    return [one["class"] for one in answer.json()["predictions"]]


def test_one_row_is_answered_with_its_class_and_what_the_model_is(client):
    said = ask(client, ROW).json()
    assert said["predictions"][0]["class"] == "1"
    assert said["release"] == "moulding-r1" and said["model"]["version"] == "1"
    assert said["weak"] is True and said["verdict"]["ko"] == "약한 모델입니다."


@pytest.mark.parametrize("asked", ["clean", "RAW", ""])
def test_whether_values_are_raw_is_one_of_two_words(client, asked):
    answer = client.post(f"{AT}/predict?values={asked}", json=ROW)
    assert answer.status_code == 400 and "released" in answer.json()["message"]


def test_a_release_without_rules_takes_no_raw_records(client):
    answer = client.post(f"{AT}/predict?values=raw", json=ROW)
    assert answer.status_code == 400 and "aas product build" in answer.json()["message"]


def test_many_rows_are_answered_in_their_order(client):
    rows = [{"CycleTime": one, "Cushion": 5} for one in (1, 9, 4.5, 5.5)]
    assert classes(ask(client, rows)) == ["1", "0", "1", "0"]


def test_names_of_the_gateway_are_understood(client):
    assert classes(ask(client, {"사이클": 9, "쿠션": 2})) == ["0"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-ndjson", '{"CycleTime": 9, "Cushion": 5}\n\n{"CycleTime": 1, "Cushion": 5}\n'),
        (
            "application/x-ndjson",
            '{"CycleTime": 9, "Cushion": 5, "비고": "line\u2028separator"}\r\n{"CycleTime": 1, "Cushion": 5}',
        ),
        ("text/csv", "CycleTime,Cushion\n9,5\n1,5\n"),
        ("text/csv; charset=cp949", "사이클,쿠션\r\n9,5\r\n1,5\r\n".encode("cp949")),
        ("text/csv", "\ufeff사이클,쿠션\n9,5\n1,5\n"),
        ("text/tab-separated-values", "CycleTime\tCushion\n9\t5\n1\t5"),
    ],
)
def test_other_forms_of_rows_say_the_same(client, kind, body):
    assert classes(ask(client, body, kind)) == ["0", "1"]


def test_a_packed_body_is_unpacked_within_its_limit(client):
    packed = gzip.compress(json.dumps(ROW).encode())
    assert classes(ask(client, packed, **{"Content-Encoding": "gzip"})) == ["1"]
    bomb = gzip.compress(b" " * 1_000_000)
    assert ask(client, bomb, **{"Content-Encoding": "gzip"}).status_code == 413


def test_what_the_model_does_not_use_is_named_and_what_is_missing_too(client):
    rows = [{"Time": "2026-01-01T00:00:00Z", "불량": 0, "비고": "x", "Cushion": 2.5, "CycleTime": None}, ROW]
    said = ask(client, rows).json()
    assert said["ignored"] == ["Time", "불량", "비고"]
    first, second = said["predictions"]
    assert first["missing"] == ["CycleTime"] and "missing" not in second


def test_a_value_beyond_the_releases_data_is_marked(client):
    (said,) = ask(client, {"CycleTime": 33.0, "Cushion": 99}).json()["predictions"]
    assert said["outside"] == ["Cushion"]


@pytest.mark.parametrize(
    ("body", "kind", "status", "error", "says"),
    [
        ({"Pressure": 1, **ROW}, "application/json", 400, "predict-column-unknown", "CycleTime, Cushion"),
        ({"사이클": 1, **ROW}, "application/json", 400, "predict-column-twice", "CycleTime"),
        ([ROW, {**ROW, "Cushion": "2.5"}], "application/json", 400, "predict-text", "row 2, 'Cushion'"),
        ('{"CycleTime": NaN}', "application/json", 400, "predict-not-json", "null, not NaN"),
        ('{"CycleTime": 1e300}', "application/json", 400, "predict-not-finite", "row 1"),
        ({"CycleTime": 10**400}, "application/json", 400, "predict-not-finite", "float32"),
        ({"CycleTime": [1]}, "application/json", 400, "predict-nested", "CycleTime"),
        ([1], "application/json", 400, "predict-no-object", "Row 1"),
        ([], "application/json", 400, "predict-no-row", "at least one"),
        ("", "application/json", 400, "predict-not-json", "Line 1"),
        ({"비고": "x"}, "application/json", 400, "predict-row-empty", "CycleTime"),
        ("[" * 5000, "application/json", 400, "predict-not-json", "Line 1"),
        ("CycleTime,Cushion\n1\n", "text/csv", 400, "predict-ragged", "Line 2"),
        ("CycleTime,Cushion\n1,x\n", "text/csv", 400, "predict-text", "'x' in row 1"),
        ("CycleTime,Cushion\n1,inf\n", "text/csv", 400, "predict-not-finite", "'inf'"),
        ("CycleTime,CycleTime\n1,1\n", "text/csv", 400, "predict-column-twice", "CycleTime"),
        ("CycleTime\n", "text/csv", 400, "predict-no-row", "one line"),
        ('CycleTime\n"1\n', "text/csv", 400, "predict-not-csv", "Line 2"),
        (b"\xff\xfe{", "application/json", 400, "predict-not-text", "UTF-8"),
        ([ROW] * 51, "application/json", 413, "predict-too-many-rows", "50"),
        ("CycleTime\n" + "1\n" * 51, "text/csv", 413, "predict-too-many-rows", "predict_rows"),
        ("x" * 20_001, "application/json", 413, "body-large", "20000"),
        ("x", "application/pdf", 415, "predict-kind-unknown", "application/pdf"),
        (b"x", "image/png", 415, "predict-needs-rows", "Send JSON or CSV"),
        (b"x", "application/vnd.apache.parquet", 415, "predict-kind-unknown", "text/csv"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith(("predict-", "body-")) else "",
)
def test_a_fault_says_where_it_is_and_how_to_mend_it(client, body, kind, status, error, says):
    answer = ask(client, body, kind, **{"Accept-Language": "en"})
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert says.replace(",", "") in answer.json()["message"].replace(",", "")
    korean = ask(client, body, kind, **{"Accept-Language": "ko"}).json()["message"]
    assert any("가" <= letter <= "힣" for letter in korean)


def test_an_unknown_release_is_told(client):
    answer = client.post("/products/moulding/releases/moulding-r9/predict", content="{}", headers=JSON)
    assert (answer.status_code, answer.json()["error"]) == (404, "release-missing")


def test_a_row_is_described_with_units_ranges_and_an_example_that_works(client):
    schema = client.get(f"{AT}/predict/schema", headers={"Accept-Language": "ko"}).json()
    cycle = schema["properties"]["CycleTime"]
    assert (cycle["title"], cycle["x-unit"], cycle["x-name"]) == ("사이클", "s", "사이클")
    assert cycle["x-seen"] == [30, 36] and "30.0 … 36.0 s" in cycle["description"]
    jsonschema.Draft202012Validator.check_schema(schema)
    (example,) = schema["examples"]
    jsonschema.validate(example, schema)
    assert len(classes(ask(client, example))) == 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({}, schema)


def test_the_models_own_openapi_description_fits_what_is_answered(client):
    said = client.get(f"{AT}/predict/openapi.json?lang=en").json()
    assert said["servers"][0]["url"].endswith(AT) and list(said["paths"]) == ["/predict"]
    operation = said["paths"]["/predict"]["post"]
    assert operation["requestBody"]["content"]["application/json"]["schema"]["oneOf"][1]["maxItems"] == 50
    answer = ask(client, operation["requestBody"]["content"]["application/json"]["example"])
    jsonschema.validate(answer.json(), said["components"]["schemas"]["Answer"])
    csv = operation["requestBody"]["content"]["text/csv"]["example"]
    assert classes(ask(client, csv, "text/csv")) == classes(answer)


def test_the_model_card_is_read_and_the_release_leads_to_it(client):
    links = client.get(AT).json()
    assert links["predict"].endswith(f"{AT}/predict")
    assert client.get(f"{AT}/model").json() == {"input": "features"}


def test_other_methods_are_refused(client):
    answer = client.get(f"{AT}/predict")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_calls_side_by_side_get_their_own_answers(client):
    def one(at):
        row = {"CycleTime": at % 7, "Cushion": 3}
        return classes(ask(client, [row] * (1 + at % 5))) == ["0" if at % 7 >= 3 else "1"] * (1 + at % 5)

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(one, range(120)))


def test_the_server_says_that_it_cannot_run_a_model_without_the_extra(door, monkeypatch):
    monkeypatch.delitem(sys.modules, "aas_server.product.predicting.sessions", raising=False)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    predictor = Predictor(1)
    assert predictor.signature(door[1]).features[0].id_short == "CycleTime"
    with pytest.raises(NotSupported, match="predict-extra-missing"):
        predictor.predict(door[1], Rows(1, {"CycleTime": [1.0]}))


def test_no_more_models_are_held_than_allowed(door):
    """Each release's model is loaded once, and the longest unused is let go."""
    made = door[1]
    others = [replace(made, id=f"moulding-r{number}") for number in (1, 2, 3)]
    sessions = Sessions(2)
    feeds = {"features": np.ones((1, 2), np.float32)}
    for one in (others[0], others[1], others[0], others[2]):
        sessions.run(one.id, one.trained.onnx, feeds)
    assert sessions.keys == ("moulding-r1", "moulding-r3")


def test_the_example_of_the_docs_runs(door, serving, capsys):
    page = (Path(__file__).parents[2] / "docs" / "model.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    shown = "http://127.0.0.1:8080/products/injection-cell-1/releases/injection-cell-1-r1"
    assert shown in code
    with serving(door[0].app) as url:
        exec(code.replace(shown, url + AT), {})
    assert "'class': " in capsys.readouterr().out
