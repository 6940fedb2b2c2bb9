"""Records as the factory sends them, asked of the release's model: it says what it says of the cleaned rows."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from aas_server.errors import BadInput
from aas_server.product import package, preprocess, train, use_cases
from aas_server.product.predicting import cleaning
from aas_server.product.predicting.predictor import Predictor
from aas_server.product.predicting.rows import read
from aas_server.product.predicting.rules import told as described
from aas_server.product.predicting.schema import openapi
from aas_server.product.recipe import Cleaning, Label, Recipe
from aas_server.product.recipe.cleaning import Cast, Conversion, Fill, Join, Resample, Scale, Secret
from aas_server.product.record import ReleaseRecord
from aas_server.product.work import Collected, CollectedStream, Work
from submodels.field import Field, Unit
from submodels.text import both

ROWS = 500
WORD, IDS = both("시험", "test"), "https://factory.example/ids/cd/x"
SCALE_AT, SCALE_TO = "2026-01-01T00:40:00Z", "2026-01-01T01:30:00Z"
CLEANING = Cleaning(
    types={"길이": Cast("number", ",", "."), "door": "boolean", "count": "integer", "lot": "text"},
    missing_words=("없음", "-"),
    codes={"melt temp": (-999.0, 1449.0), "길이": ("ERR",), "speed": (0.0,)},
    scale=(Scale("speed", 0.1, SCALE_AT, SCALE_TO),),
    units={"melt temp": Conversion("°C", "°F")},
)


@dataclass(frozen=True)
class Made:
    """A release; the records it was made of, as the factory sent them; and its rows by time."""

    record: ReleaseRecord
    raw: list[dict[str, Any]]
    clean: dict[str, dict[str, Any]]

    def pairs(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        return [(one, self.clean[one["time"]]) for one in self.raw]


def told(record: ReleaseRecord, rows: list[dict[str, Any]], **how: Any) -> dict[str, Any]:
    content = json.dumps(rows).encode()
    return dict(Predictor(1).predict(record, read(".json", content, 10_000), **how))


def answers(said: dict[str, Any]) -> list[dict[str, Any]]:
    left = ("cleaned", "missing", "outside")
    return [{key: value for key, value in one.items() if key not in left} for one in said["predictions"]]


def test_a_cell_with_either_decimal_mark_is_read_as_in_the_release() -> None:
    column = {"declared": True, "decimal": ".,", "thousands": ""}
    assert [cleaning.marked(column, cell) for cell in ("56.4", "61,0", "7", "1,234.5")] == [56.4, 61.0, 7.0, None]


def sent() -> pd.DataFrame:
    """A press as its gateway tells it: °F, a code, words, numbers with a decimal comma, ON and OFF."""
    random = np.random.default_rng(4)
    celsius, length, speed = random.normal(size=(3, ROWS))
    times = pd.date_range("2026-01-01", periods=ROWS, freq="30s", tz="UTC")
    scaled = (times >= pd.Timestamp(SCALE_AT)) & (times < pd.Timestamp(SCALE_TO))
    frame = pd.DataFrame(
        {
            "_time": times,
            "melt temp": np.round((220 + 4 * celsius) * 9 / 5 + 32, 2),
            "길이": [f"{1200 + value:,.2f}".translate(str.maketrans(",.", ".,")) for value in 30 * length],
            "speed": np.round((50 + 5 * speed) * np.where(scaled, 10, 1), 3),
            "count": [str(value) for value in random.integers(0, 1500, ROWS)],
            "door": random.choice(["ON", "off", "참", "0"], ROWS),
            "lot": random.choice(["가", "나", "-"], ROWS),
            "pressure": random.normal(90, 3, ROWS),
            "bad": (celsius + 0.8 * length + 0.3 * speed > 1.2).astype(int),
        }
    )
    frame.loc[5::23, "melt temp"] = -999.0
    frame.loc[7::29, "melt temp"] = 1449.0
    frame.loc[3::31, "길이"] = "ERR"
    frame.loc[9::37, "길이"] = " 없음 "
    frame.loc[11::41, "길이"] = "1,2,3"
    frame.loc[2::19, "speed"] = 0.0
    frame.loc[4::43, "pressure"] = np.nan
    frame["_misfit"] = [None] * ROWS
    frame.loc[4::86, "_misfit"] = '{"pressure": "없음"}'
    return frame


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The frame as messages."""
    rows = json.loads(frame.drop(columns=["_time", "_misfit"]).to_json(orient="records"))
    for row, time, misfit in zip(rows, frame["_time"], frame["_misfit"], strict=True):
        row |= json.loads(misfit) if misfit else {}
        row["time"] = time.isoformat()
    return list(rows)


def released(work: Work, recipe: Recipe, collected: Any) -> ReleaseRecord:
    """Steps 2 to 5."""
    work = replace(work, recipe=recipe)
    prepared = preprocess.run(work, collected)
    trained = train.run(work, prepared)
    used = use_cases.run(work, prepared, trained)
    done = package.run(work, collected, prepared, trained, used, "cell-r1", 1)
    return ReleaseRecord("cell-r1", "cell", "", collected, prepared, trained, used, done)


@pytest.fixture(scope="module")
def made(
    lasting_bench: Callable[[Recipe], Work],
    recipe: Recipe,
    lasting_lay: Callable[..., CollectedStream],
) -> Made:
    frame = sent()
    fields = {
        "melt temp": Field("melt temp", "melt_temp", "xs:double", IDS, "own", WORD, WORD, unit=Unit("°F", "FAH")),
        "time": Field("time", "time", "xs:dateTime", IDS, "own", WORD, WORD, role="time"),
    }
    stream = lasting_lay(frame, **fields)
    stream = replace(stream, fields=(*stream.fields, fields["time"]))
    recipe = replace(recipe, label=Label("bad", ("1",)), cleaning=CLEANING, time="time")
    record = released(lasting_bench(recipe), recipe, Collected(stream, (), 0, 0))
    table = pq.read_table(record.prepared.main.path)
    rows = {row.pop("Time").isoformat(): row for row in table.to_pylist()}
    return Made(record, records(frame), rows)


def test_a_raw_record_is_predicted_as_its_cleaned_row(made: Made) -> None:
    raw, clean = zip(*made.pairs(), strict=True)
    features = (*made.record.trained.model.features, *made.record.trained.model.texts)
    assert len(features) == 7
    said = told(made.record, list(raw), values="raw")
    assert answers(said) == answers(told(made.record, list(clean)))
    for one, row in zip(said["predictions"], clean, strict=True):
        for column, value in one.get("cleaned", {}).items():
            assert value == row[column]
        assert one.get("missing", []) == [name for name in features if row[name] is None]
    assert said["values"] == "raw" and said["ignored"] == ["bad", "time"]


def test_what_was_changed_is_counted(made: Made) -> None:
    """Against pandas, of the records as they came."""
    frame, said = sent(), told(made.record, made.raw, values="raw")
    codes = (
        frame["melt temp"].isin([-999, 1449]).sum() + (frame["길이"] == "ERR").sum() + (frame["speed"] == 0).sum()
    )
    between = frame["_time"].ge(SCALE_AT) & frame["_time"].lt(SCALE_TO)
    words = (
        frame["길이"].str.strip().eq("없음").sum() + frame["lot"].eq("-").sum() + frame["_misfit"].notna().sum()
    )
    assert said["cleaned"] == {
        "declared-code": codes,
        "missing-word": words,
        "unreadable-to-null": (frame["길이"] == "1,2,3").sum(),
        "declared-type": frame["길이"].str.contains("[0-9]").sum() - (frame["길이"] == "1,2,3").sum()
        + frame["door"].ne("0").sum(),
        "change-scale": (between & frame["speed"].ne(0)).sum(),
        "convert-unit": (~frame["melt temp"].isin([-999, 1449])).sum(),
    }  # fmt: skip


def test_rows_of_the_release_are_left_alone(made: Made) -> None:
    said = told(made.record, list(made.clean.values()))
    assert said["cleaned"] == {} and not any("cleaned" in one for one in said["predictions"])


def test_a_code_that_no_row_can_hold_is_known_wherever_it_comes(made: Made) -> None:
    row = dict(made.raw[0])
    said = told(made.record, [{"pressure": 90.0, "lot": "-"}, {"pressure": 90.0, "melt temp": "없음"}])
    assert [one["cleaned"] for one in said["predictions"]] == [{"lot": None}, {"melt_temp": None}]
    # 1,449 could be a number of degrees Celsius: the unit changes, so the code counts in raw records alone.
    said = told(made.record, [{"pressure": 90.0, "melt temp": 1449}])
    assert "cleaned" not in said["predictions"][0] and said["predictions"][0]["outside"] == ["melt_temp"]
    row["melt temp"] = 1449
    assert told(made.record, [row], values="raw")["predictions"][0]["cleaned"]["melt_temp"] is None


def test_a_record_of_codes_alone_is_told_as_that(made: Made) -> None:
    with pytest.raises(BadInput, match=r"predict-raw-empty.*'row': 2"):
        told(made.record, [made.raw[0], {"melt temp": -999, "speed": "?"}], values="raw")


def test_a_record_without_a_time_is_new(made: Made) -> None:
    row = next(one for one in made.raw if one["time"] == "2026-01-01T01:00:00+00:00")
    assert told(made.record, [row], values="raw")["predictions"][0]["cleaned"]["speed"] == row["speed"] * 0.1
    epoch = {**row, "time": 1767229200000}
    assert told(made.record, [epoch], values="raw")["predictions"][0]["cleaned"]["speed"] == row["speed"] * 0.1
    later = {name: value for name, value in row.items() if name != "time"}
    assert "speed" not in told(made.record, [later], values="raw")["predictions"][0]["cleaned"]
    with pytest.raises(BadInput, match="predict-raw-time"):
        told(made.record, [{**row, "time": "어제"}], values="raw")


@pytest.fixture(scope="module")
def folder(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a buyer has after unzipping."""
    home = tmp_path_factory.mktemp("buyer")
    with zipfile.ZipFile(made.record.released.archive) as archive:
        archive.extractall(home)
    return home / "cell-r1"


def test_the_script_in_the_zip_cleans_the_same(made: Made, folder: Path) -> None:
    pd.DataFrame(made.raw).to_csv(folder / "raw.csv", index=False)
    (folder / "raw.json").write_text(json.dumps(made.raw))
    (folder / "raw.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in made.raw))
    typed = pd.DataFrame(made.raw)
    typed["time"] = pd.to_datetime(typed["time"])
    typed["pressure"] = [None if cell is None else str(cell) for cell in typed["pressure"]]
    typed.to_parquet(folder / "raw.parquet")
    files = [f"raw.{ending}" for ending in ("csv", "json", "jsonl", "parquet")]
    command = [sys.executable, "-I", "model/load.py", "--json", "--raw", *files]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert said == len(files) * answers(told(made.record, made.raw, values="raw"))


@pytest.mark.parametrize("empty", [None, "", " ", float("nan")])
def test_a_time_that_is_empty_is_no_time(empty: float | str | None) -> None:
    assert cleaning.moment({"zone": "Asia/Seoul"}, empty) is None


def test_the_script_refuses_a_table_of_something_else(folder: Path) -> None:
    (folder / "other.csv").write_text("a,b\n1,2\n")
    command = [sys.executable, "-I", "model/load.py", "other.csv"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0 and "melt_temp" in done.stderr and not done.stdout
    assert "Traceback" not in done.stderr


def test_the_rules_stand_beside_the_model(made: Made) -> None:
    card = json.loads(made.record.trained.files["model-card.json"].read_text("utf-8"))
    rules = card["row_cleaning"]
    assert rules["version"] == 1 and rules["columns"]["melt_temp"]["codes"] == [-999, 1449]
    api = openapi(Predictor(1).signature(made.record), "http://x.example", 10, "ko")
    assert json.loads(json.dumps(api["components"]["schemas"]["Record"]["x-cleaning"])) == rules
    page = made.record.trained.files["model-card.html"].read_text("utf-8")
    words = made.record.trained.files["preprocessing.txt"].read_text("utf-8")
    for shown in (page, words, api["components"]["schemas"]["Record"]["description"]):
        assert "°F → °C" in shown and "-999, 1449" in shown and "× 0.1" in shown


def rules_of(bench: Any, recipe: Recipe, cleaning: Cleaning, *streams: CollectedStream) -> Any:
    """Step 2 alone."""
    work = bench(replace(recipe, cleaning=cleaning))
    return preprocess.run(work, Collected(streams[0], streams[1:], 0, 0)).row_cleaning


def small(**columns: list[Any]) -> pd.DataFrame:
    rows = len(next(iter(columns.values())))
    return pd.DataFrame({"_time": pd.date_range("2026-01-01", periods=rows, freq="1s", tz="UTC"), **columns})


def test_what_is_kept_back_or_made_of_many_records_is_told_nowhere(bench: Any, recipe: Recipe, lay: Any) -> None:
    frame = small(secret=[1.0, -7777.0, 3.0], who=["a", "b", "c"], gone=[1.0, 2.0, 3.0], open=[1.0, 2.0, 4.0])
    cleaning = Cleaning(
        codes={"secret": (-7777.0,), "open": (4.0,)},
        persons=("who",),
        secrets={"secret": "normalise", "gone": Secret("drop")},
        gaps={"open": Fill("linear", 10)},
    )
    rules = rules_of(bench, recipe, cleaning, lay(frame))
    assert list(rules.columns) == ["open"] and rules.as_released == ("secret", "who") and rules.beyond == ("gaps",)
    assert not rules.columns["open"].certain
    assert "7777" not in repr(rules) and "gone" not in repr(rules)


def test_codes_are_told_to_their_last_digit(bench: Any, recipe: Recipe, lay: Any) -> None:
    cleaning = Cleaning(codes={"a": (9999999.0, -1234567.5)})
    rules = rules_of(bench, recipe, cleaning, lay(small(a=[1.0, 9999999.0, 3.0])))
    assert "9999999, -1234567.5" in " ".join(described(rules, "ko"))


def test_a_joined_reading_goes_by_its_own_streams_rules(bench: Any, recipe: Recipe, lay: Any) -> None:
    main, other = lay(small(a=[1.0, 2.0, 3.0])), lay(small(b=[5.0, -1.0, 6.0]), name="line")
    cleaning = Cleaning(codes={"b": (-1.0,)}, join=(Join("line", 5),))
    rules = rules_of(bench, replace(recipe, streams=("shots", "line")), cleaning, main, other)
    assert {rule.name: rule.codes for rule in rules.columns.values()} == {"a": (), "line.b": (-1.0,)}
    grid = replace(cleaning, resample=(Resample("line", 2),))
    rules = rules_of(bench, replace(recipe, streams=("shots", "line")), grid, main, other)
    assert (
        [rule.name for rule in rules.columns.values()] == ["a"]
        and len(rules.as_released) == 1
        and rules.beyond == ("join",)
    )


def test_a_release_that_does_not_say_how_refuses_raw_records(made: Made) -> None:
    old = replace(made.record, prepared=replace(made.record.prepared, row_cleaning=None))
    with pytest.raises(BadInput, match="predict-raw-unknown"):
        told(old, made.raw, values="raw")
