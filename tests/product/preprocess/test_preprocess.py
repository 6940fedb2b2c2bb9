"""Step 2 against the same cleaning done in pandas."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pyarrow.parquet as pq
import pytest

from aas_server.errors import BadInput
from aas_server.product import preprocess
from aas_server.product.recipe import Cleaning, ClockOffset, Label, Recipe
from aas_server.product.work import Collected, CollectedStream, Prepared, PreparedTable, Work
from submodels.data_processing import Operation
from submodels.field import Field, Unit

Bench = Callable[[Recipe], Work]
Lay = Callable[..., CollectedStream]
Gather = Callable[..., Collected]
NamedField = Callable[..., Field]


def shots() -> pd.DataFrame:
    """Twelve shots with every fault: repeats, codes, misfits, not-a-number, numbers as text, doubtful times."""
    start = pd.Timestamp("2026-03-01T00:00:00Z")
    frame = pd.DataFrame(
        {
            "_time": [start + pd.Timedelta(minutes=m) for m in (0, 1, 1, 3, 2, 5, 6, 7, 8, 9, 10, 11)],
            "_flags": [None] * 12,
            "_misfit": [None] * 12,
            "shot_no": [1, 2, 2, 4, 3, 6, 7, 8, 9, 10, 11, 12],
            "Mold Temp 1": [50.0, 51.0, 51.0, 1449.0, 52.0, None, 1449.0, 53.0, 54.0, 55.0, 56.0, 57.0],
            "온도": ["20.5", "21", "21", "22", "23", "꺼짐", "25", "26", "27", "28", "29", "30"],
            "verdict": ["Y", "Y", "Y", "N", "Y", "Y", "Y", "Y", None, "Y", "1449", "Y"],
        }
    )
    frame.loc[5, "_misfit"] = json.dumps({"Mold Temp 1": "----"})
    frame.loc[7, "_misfit"] = json.dumps({"Mold Temp 1": "고장"})
    frame.loc[7, "Mold Temp 1"] = None
    frame.loc[8, "Mold Temp 1"] = float("inf")
    frame.loc[9, "_time"] = None
    frame.loc[10, "_flags"] = "number-as-text,implausible-time"
    frame.loc[10, "_time"] = pd.Timestamp("1970-01-01T00:00:10Z")
    frame.loc[11, "_flags"] = "number-as-text"
    return frame


def operation(prepared: Prepared, code: str, stream: str = "shots", column: str | None = None) -> Operation:
    found = [
        one
        for one in prepared.processing.operations
        if one.code == code and one.stream == stream and (column is None or column in one.columns)
    ]
    assert len(found) == 1, (code, found)
    return found[0]


def table(prepared: PreparedTable) -> pd.DataFrame:
    return pq.read_table(prepared.path).to_pandas()


@pytest.fixture
def cleaned(bench: Bench, recipe: Recipe, lay: Lay, collected: Gather, field_named: NamedField) -> Prepared:
    cleaning = Cleaning(codes={"Mold Temp 1": (1449.0, "----"), "verdict": (1449.0,)})
    work = bench(replace(recipe, cleaning=cleaning, label=Label("verdict", ("N",))))
    number = field_named("온도", "xs:double")
    return preprocess.run(work, collected(lay(shots(), 온도=number)))


def test_the_table_is_what_pandas_makes_of_it(cleaned: Prepared) -> None:
    expected = shots()
    expected = expected[~expected.drop(columns="_flags").duplicated()]
    expected = expected[expected["_time"].notna() & (expected["_time"] > pd.Timestamp("2000-01-01T00:00:00Z"))]
    expected = expected.sort_values("_time", kind="stable").reset_index(drop=True)
    temperature = expected["Mold Temp 1"].mask(expected["Mold Temp 1"].isin([1449, float("inf")]))
    room = pd.to_numeric(expected["온도"], errors="coerce")
    made = table(cleaned.main)
    assert list(made.columns) == ["Time", *(field.id_short for field in cleaned.main.fields)]
    pd.testing.assert_series_equal(made["Mold_Temp_1"], temperature, check_names=False)
    pd.testing.assert_series_equal(made.iloc[:, 3], room, check_names=False)
    assert made["Time"].dt.as_unit("us").tolist() == expected["_time"].tolist()
    assert made["shot_no"].tolist() == expected["shot_no"].tolist()
    assert cleaned.main.rows == len(expected) == 9


def test_every_operation_is_counted(cleaned: Prepared) -> None:
    counted = {
        (one.code, one.columns[0] if one.columns else ""): (one.rows_in, one.rows_out, one.cells_changed)
        for one in cleaned.processing.operations
    }
    room = cleaned.main.fields[2].id_short
    assert counted == {
        ("clock-offset", ""): (12, 12, 0),
        ("number-as-text", ""): (12, 12, 2),
        ("remove-repeated", ""): (12, 11, 0),
        ("implausible-time", "Time"): (11, 11, 1),
        ("remove-without-time", ""): (11, 9, 0),
        ("unreadable-to-null", "Mold_Temp_1"): (9, 9, 3),  # 고장 and infinity; 꺼짐 in the other column
        ("declared-code", "Mold_Temp_1"): (9, 9, 3),  # 1449 twice and ---- once
        ("declared-code", "verdict"): (9, 9, 0),  # the label is kept as it came
        ("leave-out-columns", ""): (9, 9, 0),
        ("drop-missing-rows", ""): (9, 9, 0),
        ("sort-by-time", ""): (9, 9, 0),
    }
    assert operation(cleaned, "unreadable-to-null").columns == ("Mold_Temp_1", room)
    assert operation(cleaned, "remove-repeated").example == "#3 (2026-03-01T00:01:00Z)"
    assert operation(cleaned, "declared-code", column="Mold_Temp_1").example.startswith("#4 ")
    assert "1개" in operation(cleaned, "sort-by-time").rule["ko"]


def test_operations_follow_each_other(cleaned: Prepared) -> None:
    operations = cleaned.processing.operations
    assert operations[0].rows_in == 12
    assert all(before.rows_out == after.rows_in for before, after in pairwise(operations))
    assert operations[-1].rows_out == cleaned.main.rows
    for one in operations:
        assert set(one.rule) == {"ko", "en"}
        assert "{" not in one.rule["ko"] + one.rule["en"]
        assert not one.rule["en"].startswith("preprocess-")


def test_the_twin_bears_processing_and_concepts(
    bench: Bench, recipe: Recipe, lay: Lay, collected: Gather, field_named: NamedField
) -> None:
    work = bench(recipe)
    official = replace(
        field_named("Mold Temp 1", "xs:double"), semantic_id="0112/2///61360_4#AAF557", origin="irdi"
    )
    prepared = preprocess.run(work, collected(lay(shots(), **{"Mold Temp 1": official})))
    assert (prepared.processing.coverage.irdi, prepared.processing.coverage.own) == (1, 3)
    assert prepared.processing.coverage.open == 0
    assert prepared.processing.inputs == {"shots": 1}
    stored = work.twin.read("cell", "DataProcessing")
    assert stored is not None
    assert prepared.processing.software.startswith("aas-data-product-server ")


def test_same_input_same_bytes(bench: Bench, recipe: Recipe, lay: Lay, collected: Gather) -> None:
    stream = collected(lay(shots()))
    first = preprocess.run(bench(recipe), stream).main.path.read_bytes()
    assert preprocess.run(bench(recipe), stream).main.path.read_bytes() == first


def test_a_clock_that_stood_wrong_is_put_right(bench: Bench, recipe: Recipe, lay: Lay, collected: Gather) -> None:
    stretch = ClockOffset("shots", "2026-03-01T09:05:00", "2026-03-01T09:08:00", -3600)  # Korean time
    frame = shots()
    frame.loc[5, "_flags"] = "implausible-time"  # doubted at ingest, put right by the declaration
    prepared = preprocess.run(
        bench(replace(recipe, cleaning=Cleaning(clock_offsets=(stretch,)))), collected(lay(frame))
    )
    assert operation(prepared, "clock-offset").cells_changed == 3
    made = table(prepared.main)
    assert made["Time"].min() == pd.Timestamp("2026-02-28T23:05:00Z")
    assert made["shot_no"].tolist()[:3] == [6, 7, 8]
    assert operation(prepared, "implausible-time").cells_changed == 1


def test_repeats_over_a_key(bench: Bench, recipe: Recipe, lay: Lay, collected: Gather) -> None:
    frame = pd.DataFrame({"key": ["a", "a", None, None, None], "xx": [1.0, 2.0, 3.0, 4.0, 3.0]})
    cleaning = Cleaning(key=("key",))
    prepared = preprocess.run(bench(replace(recipe, cleaning=cleaning)), collected(lay(frame)))
    assert table(prepared.main)["xx"].tolist() == [1.0, 3.0, 4.0]  # without a key a record is compared as a whole
    assert operation(prepared, "remove-repeated").rows_out == 3


def test_repeats_may_be_kept(bench: Bench, recipe: Recipe, lay: Lay, collected: Gather) -> None:
    prepared = preprocess.run(bench(replace(recipe, cleaning=Cleaning(repeated="keep"))), collected(lay(shots())))
    assert operation(prepared, "remove-repeated").rows_out == 12


def test_records_without_any_time_stay_in_order(bench: Bench, recipe: Recipe, lay: Lay, collected: Gather) -> None:
    frame = pd.DataFrame({"xx": [3, 1, 2]})
    prepared = preprocess.run(bench(recipe), collected(lay(frame)))
    made = table(prepared.main)
    assert made["xx"].tolist() == [3, 1, 2]
    assert made["Time"].isna().all()
    assert "order of arrival" in operation(prepared, "remove-without-time").rule["en"]


def test_missing_cells_by_the_recipe(bench: Bench, recipe: Recipe, lay: Lay, collected: Gather) -> None:
    frame = pd.DataFrame(
        {"aa": [1.0, None, 3.0, 4.0], "bb": [None, None, None, 1.0], "verdict": [None, None, None, "N"]}
    )
    cleaning = Cleaning(drop_missing_over=0.5, missing="drop-row")
    labelled = replace(recipe, cleaning=cleaning, label=Label("verdict", ("N",)))
    prepared = preprocess.run(bench(labelled), collected(lay(frame)))
    assert [field.name for field in prepared.main.fields] == ["aa", "verdict"]
    assert operation(prepared, "leave-out-columns").columns == ("bb",)
    assert operation(prepared, "drop-missing-rows").rows_out == 1


def test_the_raw_time_column_goes(
    bench: Bench, recipe: Recipe, lay: Lay, collected: Gather, field_named: NamedField
) -> None:
    frame = pd.DataFrame({"shot_time": ["2026-03-01 09:00:00"], "xx": [1.0], "Time": ["late shift"]})
    frame["_time"] = pd.Timestamp("2026-03-01T00:00:00Z")
    stream = lay(frame, shot_time=field_named("shot_time", "xs:string", role="time"))
    prepared = preprocess.run(bench(replace(recipe, time="shot_time")), collected(stream))
    assert pq.read_schema(prepared.main.path).names == ["Time", "xx", "Time_2"]
    assert {field.name for field in prepared.processing.fields["shots"]} == {"xx", "Time", "shot_time"}


def test_a_narrow_companion_is_made_wide(
    bench: Bench, recipe: Recipe, lay: Lay, collected: Gather, field_named: NamedField
) -> None:
    seconds = [pd.Timestamp("2026-03-01T00:00:00Z") + pd.Timedelta(seconds=s) for s in (0, 0, 0, 0, 0, 1, 1, 1)]
    narrow = pd.DataFrame(
        {
            "_time": seconds,
            "tag": ["b.temp", "a/run", "b.temp", "b.temp", "cc", "b.temp", "a/run", "cc"],
            "number": [20.0, None, 20.0, 21.0, 5.0, 1449.0, None, None],
            "text": [None, "RUN", None, None, None, None, None, "7.5"],
        }
    )
    fields = {
        "one": field_named("b.temp", "xs:double"),
        "two": field_named("a/run", "xs:string"),
        "three": field_named("cc", "xs:double"),
    }
    stream = lay(narrow, "values", "narrow", **fields)
    work = bench(replace(recipe, cleaning=Cleaning(codes={"b.temp": (1449.0,)})))
    prepared = preprocess.run(work, collected(lay(shots()), stream))
    made = table(prepared.companions[0])
    assert made.columns.tolist() == ["Time", "b_temp", "a_run", "cc"]
    assert made["b_temp"].tolist()[0] == 20.0
    assert pd.isna(made["b_temp"][1])
    assert made["a_run"].tolist()[0] == "RUN"
    assert made["cc"].tolist() == [5.0, 7.5]
    assert operation(prepared, "remove-repeated", "values").rows_out == 7
    wide = operation(prepared, "narrow-to-wide", "values")
    assert (wide.rows_in, wide.rows_out, wide.cells_changed) == (7, 2, 1)  # of b.temp 20 and 21 the first is kept
    assert "b.temp" in wide.example
    assert operation(prepared, "declared-code", "values").cells_changed == 1


def test_streams_with_similar_names_are_kept_apart(
    bench: Bench, recipe: Recipe, lay: Lay, collected: Gather, field_named: NamedField
) -> None:
    one = lay(pd.DataFrame({"xx": [1.0, 2.0]}), "cell_1")
    two = lay(pd.DataFrame({"xx": [3.0]}), "cell-1")
    prepared = preprocess.run(bench(recipe), collected(one, two))
    assert [table(part)["xx"].tolist() for part in prepared.tables] == [[1.0, 2.0], [3.0]]


def test_a_meaning_that_streams_share_names_no_unit_they_do_not_share(
    bench: Bench, recipe: Recipe, lay: Lay, collected: Gather, field_named: NamedField
) -> None:
    frame = pd.DataFrame({"heat": [1.0]})
    one = lay(frame, "one", heat=field_named("heat", "xs:double", unit=Unit("°C", "CEL")))
    two = lay(frame, "two", heat=field_named("heat", "xs:double", unit=Unit("K", "KEL")))
    work = bench(recipe)
    preprocess.run(work, collected(one, two))
    meaning = "https://factory.example/ids/cd/heat"
    stored = asyncio.run(work.store.documents.page("concept-description", 10)).documents
    (body,) = [document.body for document in stored if document.id == meaning]
    assert b'"unit"' not in body and b"preferredName" in body


def test_codes_that_spell_no_number_are_texts(bench: Bench, recipe: Recipe, lay: Lay, collected: Gather) -> None:
    frame = pd.DataFrame({"real": [1.0, 2.0, 3.0], "words": ["1.5", "NaN", "inf"]})
    codes = {"real": ("NaN", "-inf", 2.0, float("inf")), "words": ("NaN", "inf")}
    prepared = preprocess.run(bench(replace(recipe, cleaning=Cleaning(codes=codes))), collected(lay(frame)))
    made = table(prepared.main)
    assert made["real"].isna().tolist() == [False, True, False]
    assert made["words"].isna().tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("cleaning", "key"),
    [
        (Cleaning(codes={"Mold Temp 9": (1.0,)}), "preprocess-column-unknown"),
        (Cleaning(key=("nowhere",)), "preprocess-column-unknown"),
        (
            Cleaning(clock_offsets=(ClockOffset("other", "2026-01-01", "2026-01-02", 1),)),
            "preprocess-stream-unknown",
        ),
        (Cleaning(clock_offsets=(ClockOffset("shots", "yesterday", "2026-01-02", 1),)), "preprocess-offset-time"),
        (Cleaning(missing="drop-row", codes={"shot_no": tuple(map(float, range(20)))}), "preprocess-nothing-left"),
    ],
)
def test_a_recipe_that_cannot_be_followed(
    bench: Bench, recipe: Recipe, lay: Lay, collected: Gather, cleaning: Cleaning, key: str
) -> None:
    with pytest.raises(BadInput) as refused:
        preprocess.run(bench(replace(recipe, cleaning=cleaning)), collected(lay(shots())))
    assert refused.value.key == key


@pytest.mark.shared
def test_real_repeats_are_found(bench: Bench, recipe: Recipe, lay: Lay, collected: Gather, shared: object) -> None:
    frame = pd.read_parquet(f"{shared}/kamp_molding/molding_injection.parquet")
    frame["_time"] = frame["timestamp"].dt.tz_localize("Asia/Seoul").dt.tz_convert("UTC")
    frame = frame.drop(columns="timestamp")
    prepared = preprocess.run(bench(recipe), collected(lay(frame)))
    assert operation(prepared, "remove-repeated").rows_in == 7996
    assert prepared.main.rows == 7996 - 2764
