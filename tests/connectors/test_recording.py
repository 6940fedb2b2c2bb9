"""Files that are published as if a machine sent them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.errors import RecordingError
from connectors.recording import Recording, open_recording

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def text_file(content: str | bytes, name: str = "line.csv", encoding: str = "utf-8") -> Path:
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return file

    return text_file


def rows(recording: Recording) -> list[dict[str, Any]]:
    messages = list(recording.messages("a/b"))
    assert {topic for topic, _ in messages} <= {"a/b"}
    return [json.loads(payload) for _, payload in messages]


def refusal(file: Path, **options: str) -> RecordingError:
    with pytest.raises(RecordingError) as fault:
        open_recording(file, **options)
    return fault.value


# --- CSV -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp949", "cp949"), ("euc-kr", "cp949")],
)
def test_encoding_and_separator_are_found_out(write: Write, separator: str, encoding: str, found: str) -> None:
    lines = [
        ["일시", "설비명", "온도"],
        ["2020-10-16 04:57:47", "우진2호기", "66.3"],
        ["2020-10-16 04:58:48", "", "67"],
    ]
    file = write("\r\n".join(separator.join(line) for line in lines), encoding=encoding)
    recording = open_recording(file)
    assert (recording.format, recording.encoding, recording.delimiter) == ("csv", found, separator)
    assert recording.time == "일시"
    assert recording.columns == {"일시": "timestamp", "설비명": "string", "온도": "double"}
    assert recording.rows == 2
    assert rows(recording) == [
        {"일시": "2020-10-16 04:57:47", "설비명": "우진2호기", "온도": 66.3},
        {"일시": "2020-10-16 04:58:48", "설비명": None, "온도": 67.0},
    ]


def test_a_column_is_numeric_only_if_every_cell_is(write: Write) -> None:
    file = write(
        "whole,real,code,mixed,yes,big,sign,empty\n"
        "1,1,007,1,True,12345678901234567890,-3,\n"
        "2,2.5,12,OFF,false,1,+4,\n"
        ",NaN,,,,,,\n"
    )
    recording = open_recording(file)
    assert recording.columns == {
        "whole": "int64",
        "real": "double",
        "code": "string",
        "mixed": "string",
        "yes": "bool",
        "big": "string",
        "sign": "int64",
        "empty": "string",
    }
    first, second, third = rows(recording)
    assert first == {
        "whole": 1,
        "real": 1.0,
        "code": "007",
        "mixed": "1",
        "yes": True,
        "big": "12345678901234567890",
        "sign": -3,
        "empty": None,
    }
    assert second["mixed"] == "OFF"
    assert second["yes"] is False
    assert set(third.values()) == {None}


def test_quotes_blank_lines_and_nameless_columns(write: Write) -> None:
    file = write(',a,a,"b;c"\n\n0,1,2,"x, ""y""\nz"\n\n')
    recording = open_recording(file)
    assert recording.rows == 1
    assert rows(recording) == [{"Unnamed: 0": 0, "a": 1, "a.1": 2, "b;c": 'x, "y"\nz'}]


def test_one_column_needs_no_separator(write: Write) -> None:
    assert rows(open_recording(write("value\n1\n2\n"))) == [{"value": 1}, {"value": 2}]


def test_the_time_column_is_found_by_name_then_by_type(write: Write) -> None:
    assert open_recording(write("made,ts,timestamp\n2020-1-1,1583748873,2020-01-02\n")).time == "timestamp"
    assert open_recording(write("a,when\n1,2020-01-01 00:00:00\n")).time == "when"
    assert open_recording(write("time,a\n1,2\n2,3\n")).time is None
    assert open_recording(write("epoch,time\n1,1583748873\n2,1583748874\n")).time == "time"


def test_what_is_wrong_with_a_csv_is_said(write: Write, tmp_path: Path) -> None:
    assert refusal(write("")).key == "recording-empty"
    assert refusal(write("\n\n")).key == "recording-empty"
    assert refusal(write("a,b\n")).key == "recording-header-only"
    ragged = refusal(write("a,b\n1,2\n1,2,3\n"))
    assert (ragged.key, ragged.values["line"], ragged.values["found"], ragged.values["expected"]) == (
        "recording-ragged",
        3,
        3,
        2,
    )
    undecodable = refusal(write(b"a,b\n1,\xff\xff\n"))
    assert (undecodable.key, undecodable.values["offset"]) == ("recording-not-text", 6)
    assert refusal(tmp_path / "none.csv").key == "recording-missing"
    assert refusal(tmp_path).key == "recording-missing"
    assert refusal(write("a", name="line.doc")).values["suffix"] == ".doc"


def test_undecodable_bytes_far_inside_are_found(write: Write) -> None:
    body = "a,b\n" + "온도,1\n" * 300_000
    content = body.encode() + b"\xff,1\n"
    assert refusal(write(content)).values["offset"] == len(body.encode())


def test_a_missing_column_is_named_with_the_closest(write: Write) -> None:
    file = write("registration_time,passorfail\n2020-01-01,0\n")
    misspelt = refusal(file, label="PassOrFali")
    assert misspelt.key == "recording-column-misspelt"
    assert misspelt.values["similar"] == "passorfail"
    assert misspelt.values["columns"] == "registration_time, passorfail"
    assert refusal(file, time="x").key == "recording-column-missing"


def test_a_time_column_without_times_is_refused_with_an_example(write: Write) -> None:
    file = write("state,temp,good\nRUN,210.5,2020-01-01\n2020-01-01,211.0,\nSTOP,212.5,2020-01-02\n")
    fault = refusal(file, time="state")
    assert fault.key == "recording-no-times"
    assert (fault.values["parsed"], fault.values["total"], fault.values["example"]) == (1, 3, "RUN")
    assert refusal(file, time="temp").values["parsed"] == 0
    assert open_recording(file, time="good", label="state").time == "good"


# --- Parquet ---------------------------------------------------------------------------------------------------


def test_parquet_values_are_published_without_loss(tmp_path: Path) -> None:
    file = tmp_path / "shots.parquet"
    stamps = [np.datetime64("2019-01-02T16:45:08.000000001"), None]
    table = pa.table(
        {
            "f32": pa.array([0.1, None], pa.float32()),
            "f64": pa.array([0.1, math.nan]),
            "big": pa.array([2**63 - 1, None]),
            "ns": pa.array(stamps, pa.timestamp("ns")),
            "utc": pa.array([datetime(2020, 1, 1, 0, 0, 0, 500_000, UTC), None], pa.timestamp("us", "UTC")),
            "day": pa.array([date(2020, 1, 2), None]),
            "text": pa.array(["가스", None]).dictionary_encode(),
            "ok": pa.array([True, None]),
            "exact": pa.array([Decimal("1.50"), None]),
            "list": pa.array([[1, 2], None]),
        }
    )
    pq.write_table(table, file)
    recording = open_recording(file)
    assert recording.time == "ns"
    assert recording.columns == {
        "f32": "double",
        "f64": "double",
        "big": "int64",
        "ns": "timestamp",
        "utc": "timestamp",
        "day": "timestamp",
        "text": "string",
        "ok": "bool",
        "exact": "string",
        "list": "string",
    }
    first, second = rows(recording)
    assert first == {
        "f32": float(np.float32(0.1)),
        "f64": 0.1,
        "big": 2**63 - 1,
        "ns": "2019-01-02T16:45:08.000000001",
        "utc": "2020-01-01T00:00:00.5Z",
        "day": "2020-01-02",
        "text": "가스",
        "ok": True,
        "exact": "1.50",
        "list": "[1,2]",
    }
    assert set(second.values()) == {None}


def test_what_is_wrong_with_a_parquet_file_is_said(write: Write, tmp_path: Path) -> None:
    broken = refusal(write("PAR1 not really", name="x.parquet"))
    assert (broken.key, broken.values["format"]) == ("recording-unreadable", "Parquet")
    file = tmp_path / "none.parquet"
    pq.write_table(pa.table({"a": pa.array([], pa.int64())}), file)
    assert refusal(file).key == "recording-header-only"
    texts = tmp_path / "texts.parquet"
    pq.write_table(pa.table({"a": ["x", "y"]}), texts)
    assert refusal(texts, time="a").key == "recording-no-times"


# --- JSONL -----------------------------------------------------------------------------------------------------


def test_jsonl_lines_are_rows(write: Write) -> None:
    file = write(
        '{"ts":"2020-01-01T00:00:00Z","a":{"b":1}}\n\n{"ts":null,"a":{"b":2.5},"c":"x"}\n', name="l.jsonl"
    )
    recording = open_recording(file, label="c")
    assert (recording.rows, recording.time, recording.format) == (2, "ts", "jsonl")
    assert recording.columns == {"ts": "timestamp", "a.b": "double", "c": "string"}
    assert rows(recording)[1] == {"ts": None, "a.b": 2.5, "c": "x"}


def test_what_is_wrong_with_jsonl_is_said(write: Write) -> None:
    fault = refusal(write('{"a":1}\n[1]\n', name="l.jsonl"))
    assert (fault.key, fault.values["line"]) == ("recording-not-object", 2)
    assert refusal(write("\n", name="l.ndjson")).key == "recording-empty"


# --- real files ------------------------------------------------------------------------------------------------


def same_as_pandas(recording: Recording, frame: pd.DataFrame) -> None:
    """Every cell that pandas reads is the cell that was published."""
    published = rows(recording)
    assert len(published) == len(frame) == recording.rows
    assert list(recording.columns) == list(frame.columns)
    for name in frame.columns:
        read = [None if pd.isna(value) else value for value in frame[name].tolist()]
        if isinstance(frame[name].dtype, np.dtype) and frame[name].dtype.kind == "M":
            read = [None if value is None else value.isoformat() for value in read]
        assert [row[name] for row in published] == read, name


@pytest.mark.shared
@pytest.mark.parametrize(
    ("path", "count", "time"),
    [
        ("kamp_diecasting/casting_data_mart.parquet", 90_099, "registration_time"),
        ("kamp_molding/molding_injection.parquet", 7_996, "timestamp"),
        ("hydraulic/hydraulic_1hz_long.parquet", 132_300, None),
    ],
)
def test_real_parquet_files_equal_pandas(shared: Path, path: str, count: int, time: str | None) -> None:
    recording = open_recording(shared / "data" / path)
    assert (recording.rows, recording.time) == (count, time)
    same_as_pandas(recording, pd.read_parquet(recording.file).reset_index(drop=True))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("pattern", "files", "time"),
    [
        ("kamp_molding/*.csv", 1, "TimeStamp"),
        ("skab/*/*.csv", 17, "datetime"),
        ("nab_ambient_temperature/*.csv", 1, "timestamp"),
        ("batch_dryer/*.csv", 2, None),
    ],
)
def test_real_csv_files_equal_pandas(shared: Path, pattern: str, files: int, time: str | None) -> None:
    found = sorted((shared / "data").glob(pattern))
    assert len(found) == files
    for file in found:
        recording = open_recording(file)
        assert recording.time == time
        same_as_pandas(recording, pd.read_csv(file, sep=recording.delimiter))
