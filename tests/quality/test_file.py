"""``aas quality`` on files with planted faults and on clean ones, against figures counted with pandas."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aas_server.errors import BadInput
from aas_server.quality.checked import Checked, checked
from aas_server.quality.facts import Facts
from aas_server.quality.file.opened import Choices
from aas_server.quality.file.opened import opened as open_file
from aas_server.quality.file.rows import count, write
from aas_server.quality.rules_file import read

NOW = datetime(2026, 6, 1, tzinfo=UTC)
MISSING = ["", "NaN", "nan", "NA", "null", "NULL"]
PLAIN = (
    "missing",
    "duplicate_row",
    "duplicate_key",
    "duplicate_time",
    "time_backwards",
    "gap",
    "implausible_time",
)


def silent(_part: str, _done: int, _total: int) -> None:
    """Nobody watches."""


@contextmanager
def opened(file: Path, **choices: Any) -> Iterator[Checked]:
    with checked(file, Choices(**choices), None, NOW, silent) as found:
        yield found


def asked(file: Path, **choices: Any) -> dict[str, Any]:
    with opened(file, **choices) as found:
        return found.as_json("en")


def counts(said: dict[str, Any]) -> dict[str, int]:
    return {one["kind"]: one["count"] for one in said["findings"]}


def shots(rows: int = 400) -> pd.DataFrame:
    """A clean file: a time each second, two drifting-free readings, a state."""
    random = np.random.default_rng(7)
    return pd.DataFrame(
        {
            "시각": pd.date_range("2026-03-02", periods=rows, freq="s").strftime("%Y-%m-%d %H:%M:%S"),
            "온도": (200 + random.normal(0, 3, rows)).round(2),
            "압력": (80 + random.normal(0, 2, rows)).round(3),
            "판정": np.where(random.random(rows) < 0.2, "불량", "양품"),
        }
    )


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write_it(content: str | bytes | pd.DataFrame, name: str = "shots.csv", **how: Any) -> Path:
        path = tmp_path / name
        if isinstance(content, pd.DataFrame):
            if name.endswith(".parquet"):
                content.to_parquet(path, index=False)
            else:
                content.to_csv(path, index=False, **how)
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_it


FORMS = {
    "csv": ("shots.csv", {}),
    "semicolon": ("shots.csv", {"sep": ";", "decimal": ","}),
    "tab": ("shots.tsv", {"sep": "\t"}),
    "bar": ("shots.csv", {"sep": "|"}),
    "bom": ("shots.csv", {"encoding": "utf-8-sig"}),
    "crlf": ("shots.csv", {"lineterminator": "\r\n"}),
    "parquet": ("shots.parquet", {}),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_clean_file_has_no_findings_and_keeps_its_figures(written, form):
    name, how = FORMS[form]
    frame = shots()
    said = asked(written(frame, name, **how), time="시각", label="판정")
    assert said["findings"] == []
    assert said["rows"] == len(frame)
    assert [one["type"] for one in said["columns"]] == ["timestamp", "double", "double", "string"]
    for one in said["columns"][1:]:
        values = frame[one["name"]]
        assert (one["missing"], one["distinct"]) == (0, values.nunique())
        assert (one["min"], one["max"]) == (values.min(), values.max())
    assert said["columns"][0]["min"] == "2026-03-02T00:00:00"


@pytest.mark.parametrize("encoding", ["cp949", "euc-kr", "utf-16"])
def test_another_encoding_is_read_and_told(written, encoding):
    frame = shots()
    said = asked(written(frame, encoding=encoding), time="시각")
    assert counts(said) == {"encoding": 1}
    assert said["columns"][3]["min"] == "불량"


def test_planted_faults_are_counted_by_definition_and_lead_to_their_rows(written, tmp_path):
    frame = shots().astype({"온도": object})
    frame.loc[[5, 6], "온도"] = ["", "NA"]
    frame.loc[9, "압력"] = None
    frame.loc[20, "온도"] = "ERR"
    frame.loc[30, "시각"] = frame.loc[29, "시각"]
    frame.loc[40, "시각"] = "1999-12-31 23:59:59"
    frame.loc[41, "시각"] = "2026-13-45 00:00:00"
    frame.loc[42, "시각"] = "2031-01-01 00:00:00"
    frame["상수"] = 5
    frame = pd.concat([frame, frame.iloc[[3, 3, 7]]])
    path = written(frame)
    with opened(path, time="시각", key=("압력", "온도")) as found:
        said = found.as_json("en")
        rows = {one.kind: count(found.facts.subject, one.rows) for one in found.looked.findings if one.rows}
        write(
            found.facts.subject,
            next(one.rows for one in found.looked.findings if one.kind == "missing"),
            tmp_path / "rows.csv",
        )
    plain = counts(said)
    times = pd.to_datetime(frame["시각"], errors="coerce")
    key = frame[["압력", "온도"]].replace("NA", "")
    steps = times.dropna().diff().dropna()
    sorted_steps = times.dropna().drop_duplicates().sort_values().diff().dropna()
    assert plain["missing"] == 3
    assert plain["duplicate_row"] == 3
    assert plain["duplicate_key"] == key.duplicated().sum()
    assert plain["duplicate_time"] == times.dropna().duplicated().sum()
    assert plain["time_backwards"] == (steps < pd.Timedelta(0)).sum()
    assert plain["gap"] == (sorted_steps > 1.5 * sorted_steps.median()).sum()
    assert plain["implausible_time"] == 3
    assert plain["constant_column"] == 1
    assert plain["mixed_type"] == 1
    for kind in PLAIN:
        assert rows[kind] == plain[kind], kind
    with (tmp_path / "rows.csv").open(encoding="utf-8-sig") as content:
        assert [row["#line"] for row in csv.DictReader(content)] == ["7", "8", "11"]
    missing = next(one for one in said["findings"] if one["kind"] == "missing")
    assert missing["columns"] == ["온도", "압력"]
    assert missing["examples"][0].startswith("#6 (L7, 2026-03-02T00:00:05)")


CELLS = st.sampled_from([*MISSING, "1", "2", "2.5", "-3", "4"])
MINUTES = st.integers(0, 12)


@settings(max_examples=12)
@given(rows=st.lists(st.tuples(MINUTES, CELLS, st.sampled_from(["x", "y", ""])), min_size=2, max_size=30))
def test_counts_agree_with_pandas_on_any_file(tmp_path, rows):
    frame = pd.DataFrame(
        [(f"2026-01-01 00:{minute:02}:00", number, text) for minute, number, text in rows], columns=["t", "n", "s"]
    )
    path = tmp_path / "any.csv"
    frame.to_csv(path, index=False)
    found = counts(asked(path, time="t", key=("s",)))
    read_back = pd.read_csv(path, keep_default_na=False, na_values=MISSING, skip_blank_lines=False)
    times = pd.to_datetime(read_back["t"])
    steps = times.drop_duplicates().sort_values().diff().dropna()
    expected = {
        "missing": read_back.isna().sum().sum(),
        "duplicate_row": read_back.duplicated().sum(),
        "duplicate_key": read_back.duplicated(["s"]).sum(),
        "duplicate_time": times.duplicated().sum(),
        "time_backwards": (times.diff().dropna() < pd.Timedelta(0)).sum(),
        "gap": (steps > 1.5 * steps.median()).sum(),
        "constant_column": (read_back.nunique() == 1).sum(),
    }
    assert {kind: found.get(kind, 0) for kind in expected} == expected


STAMPS = {
    "2020 10 30 00:00:04": "2020-10-30T00:00:04",
    "2019.1.2 16:45": "2019-01-02T16:45:00",
    "2020-10-16 오후 12:30": "2020-10-16T12:30:00",
    "2020-10-16 오전 12:30:05": "2020-10-16T00:30:05",
    "2020년 10월 30일 14시 5분": "2020-10-30T14:05:00",
    "20201030000004": "2020-10-30T00:00:04",
    "1580000000": "2020-01-26T00:53:20Z",
    "1580000000123": "2020-01-26T00:53:20.123Z",
    "1580000000123456": "2020-01-26T00:53:20.123456Z",
    "1580000000123456789": "2020-01-26T00:53:20.123456789Z",
    "2020-10-30T00:00:04.5+09:00": "2020-10-29T15:00:04.5Z",
    "25/4/20 0:00": "2020-04-25T00:00:00",
    "2026-3-2 8:5:7": "2026-03-02T08:05:07",
    "2026-03-02 8시 5분 7초": "2026-03-02T08:05:07",
    "2026-03-02 08:05:07 KST": "2026-03-01T23:05:07Z",
    "2026-03-02 08:05:07.123456789 +0900": "2026-03-01T23:05:07.123456789Z",
    "202603020805": "2026-03-02T08:05:00",
    "20260302080507123": "2026-03-02T08:05:07.123",
    "26.03.02 08:05:07": "2026-03-02T08:05:07",
}


@pytest.mark.parametrize("stamp", STAMPS)
def test_times_are_read_in_every_form(written, stamp):
    with open_file(written(f"t,v\n{stamp},1\n{stamp},2\n"), Choices(time="t"), silent) as subject:
        facts = Facts(subject)
        assert subject.columns[0].kind == "timestamp"
        assert facts.columns["c0"].least == STAMPS[stamp]
        assert facts.steps is not None
        assert facts.steps.repeated == 1


def test_a_count_of_steps_may_be_the_time(written):
    said = asked(written("step,v\n" + "".join(f"{step},{step * 1.5}\n" for step in (0, 1, 2, 5, 6))), time="step")
    assert counts(said)["gap"] == 1
    assert said["columns"][0]["type"] == "int64"


def test_a_date_that_can_be_read_both_ways_is_told_with_the_reading_taken(written, tmp_path):
    content = "t,v\n5/4/20 0:00,1\n6/4/20 0:00,2\n7/7/20 0:00,3\n"
    said = asked(written(content), time="t")
    finding = next(one for one in said["findings"] if one["kind"] == "ambiguous_date")
    assert finding["count"] == 2
    assert "month first" in finding["note"]
    assert said["columns"][0]["min"] == "2020-05-04T00:00:00"
    told = asked(written(content + "25/4/20 0:00,4\n"), time="t")
    assert "ambiguous_date" not in counts(told)
    assert told["columns"][0]["min"] == "2020-04-05T00:00:00"
    rules = tmp_path / "rules.toml"
    rules.write_text('dates = "day-first"\n', "utf-8")
    declared = asked(written(content), time="t", rules=read(rules))
    assert "ambiguous_date" not in counts(declared)
    assert declared["columns"][0]["min"] == "2020-04-05T00:00:00"


def test_two_digits_of_a_year_may_stand_first(written):
    years = asked(written("t,v\n" + "".join(f"26/03/{day:02},{day}\n" for day in range(1, 29))), time="t")
    assert (years["columns"][0]["min"], counts(years)) == ("2026-03-01T00:00:00", {})
    days = asked(written("t,v\n" + "".join(f"{day}.03.26,{day}\n" for day in range(13, 29))), time="t")
    assert (days["columns"][0]["min"], counts(days)) == ("2026-03-13T00:00:00", {})


def test_texts_that_only_look_like_times_are_texts(written):
    said = asked(written("t,v\n" + "".join(f"2026-03-02 08:05:{s:02}:123,{s}\n" for s in range(20))))
    assert (said["columns"][0]["type"], counts(said)) == ("string", {})


def test_codes_serial_numbers_and_thousands_keep_their_kind(written):
    said = asked(
        written('id,serial,amount,words\n007,12345678901234567890,"1,234",A1\n012,12345678901234567891,"12",22\n')
    )
    assert [one["type"] for one in said["columns"]] == ["string", "string", "double", "string"]
    assert said["columns"][2]["max"] == 1234


def test_decimal_commas_with_dots_of_thousands_are_numbers(written):
    prices = ["999,5", "1.234,5", "12.000.345,25", "-7,5", "1.200"]
    said = asked(written("price;n\n" + "".join(f"{price};{number}\n" for number, price in enumerate(prices))))
    assert said["columns"][0] == {
        "name": "price", "type": "double", "missing": 0, "distinct": 5, "min": -7.5, "max": 12000345.25
    }  # fmt: skip
    assert counts(said) == {}


@pytest.mark.parametrize(
    ("cells", "others", "least"),
    [(["201.5", "199.3", "1"], ["201,5", "1,2"], 1), (["201,5", "199,3", "1.000"], ["201.5", "0.125"], 199.3)],
    ids=["points", "commas"],
)
def test_the_other_decimal_sign_in_a_few_cells_does_not_fit(
    written: Callable[[str], Path], cells: list[str], others: list[str], least: float
) -> None:
    prices = cells * 20 + others
    said = asked(written("price;n\n" + "".join(f"{price};{number}\n" for number, price in enumerate(prices))))
    assert counts(said) == {"mixed_type": 2}
    assert (said["columns"][0]["type"], said["columns"][0]["min"]) == ("double", least)


def test_declared_words_and_codes_are_missing_and_ranges_and_rules_are_checked(written, tmp_path):
    path = written("a,b,mold\n1,2,M1\nNone,3,M2\n-999,4,M9\n500,1,M1\n")
    (tmp_path / "molds.csv").write_text("code\nM1\nM2\n", "utf-8")
    rules = tmp_path / "rules.toml"
    rules.write_text(
        'missing = ["None"]\ncodes.a = [-999]\nranges.a.max = 100\n'
        '[[rules]]\nname = "a below b"\nexpression = "a < b"\n'
        '[[references]]\ncolumn = "mold"\nto = "code"\ntable = "molds.csv"\n',
        "utf-8",
    )
    said = asked(path, rules=read(rules))
    found = counts(said)
    assert (found["missing"], found["out_of_range"], found["rule_broken"]) == (2, 1, 2)
    assert said["columns"][0] == {
        "name": "a", "type": "int64", "missing": 2, "distinct": 2, "min": 1, "max": 500
    }  # fmt: skip


def test_declared_types_are_taken_at_their_word(written, tmp_path):
    path = written("n,flag\n1500,1\n1500.5,0\n1501.0,true\n1502,\n1503,yes\n")
    rules = tmp_path / "rules.toml"
    rules.write_text('types = { n = "integer", flag = "boolean" }\n', "utf-8")
    said = asked(path, rules=read(rules))
    assert counts(said) == {"missing": 1, "mixed_type": 2}
    assert [(one["type"], one["min"], one["max"]) for one in said["columns"]] == [
        ("int64", 1500, 1503),
        ("bool", False, True),
    ]
    validity = next(one for one in said["indices"] if one["name"] == "validity")
    assert (validity["numerator"], validity["denominator"]) == (7, 9)


@pytest.mark.parametrize(
    ("content", "key", "line"),
    [
        ("", "quality-file-empty", None),
        ("a,b\n", "quality-file-no-rows", None),
        ("a,b\n1,2\n", "quality-file-one-row", None),
        ("a,b\n1,2\n3\n", "quality-file-ragged", 3),
        ('a,b\n1,"x\n2,y\n', "quality-file-quote", 2),
        (b"PK\x03\x04abcd", "quality-file-packed", None),
        (b"a,b\n1,\x00\n", "quality-file-binary", None),
        (",".join(f"c{n}" for n in range(10_000)) + "\n", "quality-file-too-wide", None),
        (b"PAR1 and no more", "quality-file-parquet", None),
    ],
    ids=["empty", "header", "one", "ragged", "quote", "zip", "binary", "wide", "parquet"],
)
def test_what_is_no_table_is_told_where(written, content, key, line):
    with pytest.raises(BadInput) as told:
        asked(written(content))
    assert told.value.key == key
    assert told.value.values.get("line") == line


@pytest.mark.parametrize("choice", ["time", "label", "key"])
def test_an_unknown_column_is_told_with_those_there_are(written, choice):
    with pytest.raises(BadInput) as told:
        asked(written("temp,b\n1,2\n3,4\n"), **{choice: ("tmep",) if choice == "key" else "tmep"})
    assert told.value.values["similar"] == "temp"


def test_a_rules_file_that_names_another_column_is_told_with_its_line(written, tmp_path):
    rules = tmp_path / "rules.toml"
    rules.write_text('missing = ["-"]\n\nranges.speed.max = 3\n', "utf-8")
    with pytest.raises(BadInput) as told:
        asked(written("a,b\n1,2\n3,4\n"), rules=read(rules))
    assert told.value.values["line"] == 3


def test_a_label_of_one_class_is_a_note(written):
    said = asked(written("a,label\n1,OK\n2,OK\n3,OK\n"), label="label")
    assert counts(said) == {"constant_column": 1}
    assert "one class" in said["notes"][0]


def test_lines_before_the_header_and_cells_over_several_lines_are_read(written):
    said = asked(written('생산일보\n\na,b\n1,"x\ny"\n2,z\n,w\n'))
    assert said["rows"] == 3
    assert said["findings"][0]["examples"] == ["#3: a="]


def test_text_that_was_read_in_a_wrong_encoding_is_found_and_signs_are_left_alone(written):
    wrong = "온도".encode().decode("cp1252", "replace")
    assert "\ufffd" in wrong
    said = asked(written("unit,v\n°C,1\nµm,2\n±0.5°,3\n"))
    assert counts(said) == {}
    said = asked(written(f"unit,v\n{wrong},1\n°C,2\n{'café'.encode().decode('latin-1')},3\n"))
    assert counts(said)["encoding"] == 2


def test_figures_are_json_and_nothing_is_left_in_the_temporary_folder(written, tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    said = asked(written("a,b\n1.5,inf\nNaN,2\n"))
    assert json.loads(json.dumps(said, allow_nan=False))["columns"][1]["max"] == 2
    assert list(scratch.iterdir()) == []


def test_numbers_that_outgrow_999_below_the_first_rows_stay_numbers(written):
    content = "v\n" + "".join(f'"{600 + row / 50:,.2f}"\n' for row in range(40_000))
    said = asked(written(content))
    assert (said["columns"][0]["type"], said["columns"][0]["max"]) == ("double", 1399.98)
    assert "mixed_type" not in counts(said)


def test_a_typed_file_keeps_names_zones_and_digits(tmp_path):
    path = tmp_path / "typed.parquet"
    stamps = pa.array([1_772_438_400_000_000_007 + step * 10**9 for step in range(5)])
    whole = pa.array([Decimal(10**30 + 7919 * step) for step in range(5)], pa.decimal128(38, 0))
    table = [stamps.cast(pa.timestamp("ns", "Asia/Seoul")), whole, pa.array(range(5)), pa.array(range(4, 9))]
    pq.write_table(pa.Table.from_arrays(table, names=["t", "Serial", "serial", "t"]), path)
    said = asked(path, time="t", key=("serial",))
    assert counts(said) == {}
    assert [(one["name"], one["min"]) for one in said["columns"]] == [
        ("t", "2026-03-02T08:00:00.000000007Z"),
        ("Serial", 10**30),
        ("serial", 0),
        ("t.1", 4),
    ]
    assert said["columns"][1]["distinct"] == 5
    assert "'name.1'" in said["notes"][0]
