"""Declared types and words for "missing"."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from aas_server.product.recipe.cleaning import Cast

NONE = None


@pytest.mark.parametrize(
    ("cast", "came", "read"),
    [
        pytest.param("number", ["1.5", " 2 ", "1e3", "x", "1,5", "", "nan", "inf", NONE],
                     [1.5, 2.0, 1000.0, NONE, NONE, NONE, NONE, NONE, NONE], id="number"),
        pytest.param(Cast("number", ",", "."), ["1.234,5", "12,5", "1.2", "1.234.567", "7", "1,234,5"],
                     [1234.5, 12.5, NONE, 1234567.0, 7.0, NONE], id="decimal-comma"),
        pytest.param(Cast("number", ".,"), ["56.4", "61,0", "7", "1,234.5", "1.234,5"],
                     [56.4, 61.0, 7.0, NONE, NONE], id="either-decimal"),
        pytest.param(Cast("number", thousands=","), ["1,234.5", "12,34", "999", "-1,000,000"],
                     [1234.5, NONE, 999.0, -1e6], id="thousands"),
        pytest.param("integer", ["12", "12.0", "12.5", "9007199254740993", "x"],
                     [12, 12, NONE, 9007199254740993, NONE], id="integer"),
        pytest.param("boolean", ["1", "true", "ON", "0", "off", "거짓", "maybe", NONE],
                     [True, True, True, False, False, False, NONE, NONE], id="boolean"),
        pytest.param("time", ["2026-03-01 09:00:00", "2026-03-01T09:00:00Z", "2026-03-01T09:00:00+02:00", "soon"],
                     [pd.Timestamp("2026-03-01T00:00Z"), pd.Timestamp("2026-03-01T09:00Z"),
                      pd.Timestamp("2026-03-01T07:00Z"), NONE], id="time"),
    ],
)  # fmt: skip
def test_text_is_read_as_its_declared_type(clean, cast, came, read) -> None:
    done = clean(pd.DataFrame({"xx": came}), types={"xx": cast}, repeated="keep")
    assert done.cells("xx") == read
    cast_ = done.operation("declared-type")
    unfit = sum(one is not None and other is None for one, other in zip(came, read, strict=True))
    assert cast_.cells_changed == unfit


def test_numbers_become_text_booleans_and_whole_numbers(clean) -> None:
    frame = pd.DataFrame(
        {
            "code": [10023.0, 1.5, None],
            "run": [1.0, 0.0, 2.0],
            "count": [3.0, 2.5, None],
            "flag": [True, False, True],
        }
    )
    done = clean(frame, types={"code": "text", "run": "boolean", "count": "integer", "flag": "number"})
    assert done.cells("code") == ["10023", "1.5", None]
    assert done.cells("run") == [True, False, None]
    assert done.cells("count") == [3, None, None]
    assert done.table["flag"].tolist() == [1.0, 0.0, 1.0]
    fields = {field.name: (field.value_type, field.role) for field in done.prepared.main.fields}
    assert fields["code"] == ("xs:string", "text")
    assert fields["run"] == ("xs:boolean", "feature")


def test_what_did_not_fit_at_ingest_is_read_once_it_can_be(clean) -> None:
    frame = pd.DataFrame(
        {"xx": [1.5, None, None], "_misfit": [None, json.dumps({"xx": "2,5"}), json.dumps({"xx": "?"})]}
    )
    done = clean(frame, types={"xx": Cast("number", ",")})
    assert done.table["xx"].tolist()[:2] == [1.5, 2.5]
    operation = done.operation("declared-type")
    assert (operation.cells_changed, operation.before, operation.after) == (1, "?", "")
    assert "2 cells" in operation.rule["en"]


def test_words_for_missing_are_emptied_and_counted(clean) -> None:
    frame = pd.DataFrame({"state": ["RUN", "None", " 없음 ", None], "xx": [1.0, None, 2.0, 3.0]})
    frame["_misfit"] = [None, json.dumps({"xx": "None"}), None, None]
    done = clean(frame, missing_words=("None", "없음"))
    assert done.table["state"].tolist()[0] == "RUN" and done.table["state"].isna().sum() == 3
    words = done.operation("missing-word")
    assert (words.cells_changed, words.columns, words.before) == (3, ("state", "xx"), "None")
    assert done.operation("unreadable-to-null").cells_changed == 0


def test_the_tags_of_a_narrow_stream_are_read_so_too(clean, lay, field_named) -> None:
    tags = ["aa", "bb", "cc", "dd"]
    narrow = pd.DataFrame(
        {
            "_time": [pd.Timestamp("2026-03-01T00:00:00Z")] * 4 + [pd.Timestamp("2026-03-01T00:00:01Z")] * 4,
            "tag": tags * 2,
            "number": [None, None, None, None, 7.0, 0.0, None, None],
            "text": ["1,5", "ON", "2026-03-01T00:00:00Z", "None", None, None, "soon", "x"],
        }
    )
    stream = lay(narrow, "shots", "narrow", **{f"f{tag}": field_named(tag, "xs:string") for tag in tags})
    done = clean(stream, types={"aa": Cast("number", ","), "bb": "boolean", "cc": "time"}, missing_words=("None",))
    assert done.table["aa"].tolist() == [1.5, 7.0]
    assert done.table["bb"].tolist() == [True, False]
    assert done.table["cc"].tolist()[0] == pd.Timestamp("2026-03-01T00:00:00Z") and pd.isna(done.table["cc"][1])
    assert done.table["dd"].isna().tolist() == [True, False]
    assert done.operation("declared-type", "cc").cells_changed == 1


def test_a_sentence_calls_a_column_as_the_feed_does(clean) -> None:
    done = clean(pd.DataFrame({"쿠션": ["1.5", "-999"]}), types={"쿠션": "number"}, codes={"쿠션": (-999.0,)})
    for code in ("declared-code", "declared-type"):
        assert "쿠션" in done.operation(code).rule["ko"]
