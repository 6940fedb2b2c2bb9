"""``aas ingest``: files of every kind, each row once, beside a server and without one, whatever ends it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aas_server.store.parquet import reader
from aas_server.store.sqlite import open_store

ROWS = 60_000


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def rows(data: Path) -> Callable[..., list[tuple[object, ...]]]:
    def read(stream: str, columns: str) -> list[tuple[object, ...]]:
        store = open_store(data)
        try:
            with reader({"records": store.lake.paths(store.lake.pin(stream))}) as database:
                return database.execute(f"SELECT {columns} FROM records ORDER BY position, time").fetchall()
        finally:
            store.close()

    return read


def write(file: Path, content: str, encoding: str = "utf-8") -> Path:
    file.write_bytes(content.encode(encoding))
    return file


def large(folder: Path, rows: int = ROWS) -> Path:
    lines = (
        f"2026-03-01 {n // 3600:02}:{n // 60 % 60:02}:{n % 60:02},{n},{n / 7:.3f},우진2호기\n" for n in range(rows)
    )
    return write(folder / "large.csv", "일시,번호,압력,설비\n" + "".join(lines))


def test_files_of_every_kind_end_in_the_lake(aas, tmp_path, data, rows):
    made = [
        write(tmp_path / "a.csv", "일시,온도\n2026-03-01 00:00:00,1.5\n", "cp949"),
        write(tmp_path / "b.tsv", "time\tv\n2026-03-01 00:00:00\t2\n", "utf-16"),
        write(tmp_path / "c.jsonl", '{"time": "2026-03-01T00:00:00Z", "v": 3}\n'),
        write(tmp_path / "d.lp", "m,line=1 v=4i 1772323200000000000\n"),
        tmp_path / "e.parquet",
        tmp_path / "f.xlsx",
    ]
    pq.write_table(pa.table({"time": pa.array([1772323200], pa.timestamp("s", "UTC")), "v": [5]}), made[4])
    book = openpyxl.Workbook()
    book.active.append(["time", "v"])
    book.active.append(["2026-03-01 00:00:00", 6])
    book.save(made[5])
    ended = aas("ingest", *made, "--data", data, "--zone", "UTC", "--json")
    assert ended.code == 0, ended.err
    tables = [one["tables"][0] for one in json.loads(ended.out)]
    assert [one["rows"] for one in tables] == [1] * 6
    assert [one["topic"] for one in tables] == [f"recording/{name}" for name in "abcdef"]
    assert rows("recording_a", "epoch(time), 온도") == [(1772323200.0, 1.5)]
    for number, stream in enumerate(("b", "c", "d", "e", "f"), start=2):
        assert rows(f"recording_{stream}", "epoch(time), v") == [(1772323200.0, number)]
    assert rows("recording_d", "line") == [("1",)]


def test_each_sheet_and_measurement_is_a_stream(aas, tmp_path, data, rows):
    file = write(tmp_path / "a.lp", "press v=1 1\noven t=2 1\npress v=3 2\n")
    ended = aas("ingest", file, "--data", data, "--topic", "line/1", "--precision", "s", "--json")
    tables = json.loads(ended.out)[0]["tables"]
    assert [(one["topic"], one["part"], one["rows"]) for one in tables] == [
        ("line/1/press", "press", 2),
        ("line/1/oven", "oven", 1),
    ]
    assert rows("line_1_press", "v") == [(1.0,), (3.0,)]
    chosen = aas("ingest", file, "--data", data, "--topic", "oven", "--sheet", "oven", "--json")
    assert [one["topic"] for one in json.loads(chosen.out)[0]["tables"]] == ["oven"]


def test_a_sheet_with_a_korean_name_is_known_again_by_its_topic(aas, tmp_path, data):
    book = openpyxl.Workbook()
    for name in ("사출 #1", "온도"):
        book.create_sheet(name).append(["v"])
        book[name].append([1])
    book.save(tmp_path / "a.xlsx")
    tables = json.loads(aas("ingest", tmp_path / "a.xlsx", "--data", data, "--topic", "a", "--json").out)[0][
        "tables"
    ]
    assert [one["topic"] for one in tables] == ["a/사출 -1", "a/온도"]


def test_of_a_file_with_a_wrong_line_no_measurement_is_stored(aas, tmp_path, data):
    file = write(tmp_path / "a.lp", "press v=1 1\noven t=hot 1\n")
    assert aas("ingest", file, "--data", data).code == 1
    assert json.loads(aas("streams", "--data", data, "--json").out) == []


@pytest.mark.parametrize(("language", "said"), [("ko", "시각 열을 찾지 못해"), ("en", "No column of times")])
def test_a_table_without_times_is_told_in_words(aas, tmp_path, data, language, said):
    ended = aas("ingest", write(tmp_path / "a.csv", "v\n1\n"), "--data", data, "--lang", language)
    assert said in ended.out and "None" not in ended.out


def test_the_time_column_and_zone_are_those_that_were_said(aas, tmp_path, data, rows):
    file = write(tmp_path / "a.csv", "time,측정,v\n2020-01-01 00:00:00,2026-03-01 09:00:00,1\n")
    ended = aas("ingest", file, "--data", data, "--topic", "a", "--time", "측정", "--zone", "Asia/Seoul")
    assert ended.code == 0, ended.err
    assert rows("a", "epoch(time)") == [(1772323200.0,)]
    other = aas(
        "ingest", write(tmp_path / "b.csv", "t,v\n2026-03-01,1\n"), "--data", data, "--topic", "a", "--time", "t"
    )
    assert other.code == 1
    assert "측정" in other.out + other.err


def test_the_same_file_is_told_and_stored_again_only_when_asked(aas, tmp_path, data, rows):
    file = write(tmp_path / "a.csv", "time,v\n2026-03-01,1\n")
    assert aas("ingest", file, "--data", data, "--topic", "a").code == 0
    copy = write(tmp_path / "b.csv", file.read_text())
    told = aas("ingest", copy, "--data", data, "--topic", "a", "--lang", "ko")
    assert told.code == 0
    assert "이미 받았습니다" in told.out
    assert len(rows("a", "v")) == 1
    assert aas("ingest", copy, "--data", data, "--topic", "a", "--again").code == 0
    assert len(rows("a", "v")) == 2
    assert aas("ingest", copy, "--data", data, "--topic", "b").code == 0
    assert len(rows("b", "v")) == 1


WRONG = [
    ("a.csv", b"time,v\n2026,1\n2026\n", "recording-ragged"),
    ("b.csv", b"\xff\xff", "recording-not-text"),
    ("c.csv", b'time,v\n2026-03-01,"open\n2026-03-02,2\n', "recording-unreadable"),
    ("a.exe", b"MZ", "recording-kind-unknown"),
    ("a.xlsx", b"PK", "recording-unreadable"),
    ("a.parquet", b"PAR1", "recording-unreadable"),
    ("a.lp", b"m v=x", "recording-no-point"),
    ("a.jsonl", b"{}\n[]\n", "recording-not-object"),
    ("b.jsonl", b"[" * 100_000, "recording-not-object"),
    ("p.png", b"\x89PNG", "ingest-not-alone"),
]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_wrong_files_are_told_and_the_others_go_on(aas, tmp_path, data, language):
    for name, content, _ in WRONG:
        (tmp_path / name).write_bytes(content)
    good = write(tmp_path / "good.csv", "time,v\n2026-03-01,1\n")
    names = [tmp_path / name for name, _, _ in WRONG]
    ended = aas("ingest", *names, tmp_path / "none.csv", good, "--data", data, "--json", "--lang", language)
    *wrong, right = json.loads(ended.out)
    assert ended.code == 1
    assert [one["error"] for one in wrong] == [*(key for _, _, key in WRONG), "recording-missing"]
    assert all(any("가" <= sign <= "힣" for sign in one["message"]) == (language == "ko") for one in wrong)
    assert right["tables"][0]["rows"] == 1


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (("--encoding", "klingon"), "ingest-encoding-unknown"),
        (("--zone", "Mars/Olympus"), "settings-wrong"),
        (("--topic", "a/#"), "topic-wrong"),
        (("--time", "tiem"), "recording-column-misspelt"),
    ],
)
def test_wrong_words_are_told(aas, tmp_path, data, words, key):
    file = write(tmp_path / "a.csv", "time,v\n2026-03-01,1\n")
    ended = aas("ingest", file, "--data", data, "--json", *words)
    assert ended.code in (1, 2)
    assert f'"error":"{key}"' in ended.out


def test_killed_in_the_middle_and_run_again_every_row_is_there_once(aas, tmp_path, data, rows, surroundings):
    file = large(tmp_path)
    arguments = ["ingest", str(file), "--data", str(data), "--topic", "a"]
    command = [sys.executable, "-W", "ignore", "-m", "aas_server", *arguments]
    open_store(data).close()
    for killed in range(1, 4):
        with subprocess.Popen(
            command, env=surroundings(), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        ) as run:
            _wait_for_messages(data, killed, run)
            run.send_signal(signal.SIGKILL)
    ended = aas(*arguments)
    assert ended.code == 0, ended.err
    assert rows("a", "번호") == [(number,) for number in range(ROWS)], ended.out


def _wait_for_messages(data: Path, count: int, run: subprocess.Popen[bytes]) -> None:
    """Until the journal holds so many; it is read beside the process that writes it."""
    store = open_store(data)
    try:
        deadline = time.monotonic() + 120
        while store.journal.last() < count and run.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.002)
    finally:
        store.close()


def test_beside_a_running_server_the_server_folds(aas, tmp_path, data, rows, surroundings):
    file = large(tmp_path, 5000)
    serving = [sys.executable, "-W", "ignore", "-m", "aas_server", "serve", "--data", str(data), "--json"]
    with subprocess.Popen(serving, env=surroundings(), stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            assert "url" in json.loads(server.stdout.readline())
            ended = aas("ingest", file, "--data", data, "--topic", "a")
            assert ended.code == 0, ended.err
            assert rows("a", "번호") == [(number,) for number in range(5000)]
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=120)


def test_a_watched_folder_is_taken_in_until_ctrl_c(tmp_path, data, rows, surroundings):
    folder = tmp_path / "in"
    folder.mkdir()
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "aas_server",
        "ingest",
        "--watch",
        str(folder),
        "--data",
        str(data),
    ]
    with subprocess.Popen(
        [*command, "--topic", "a"], env=surroundings(), stdout=subprocess.PIPE, text=True
    ) as run:
        write(folder / "a.csv", "time,v\n2026-03-01,1\n")
        deadline = time.monotonic() + 120
        while not (folder / "done" / "a.csv").exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        run.send_signal(signal.SIGINT)
        assert run.wait(timeout=120) == 0
    assert rows("a", "v") == [(1,)]


def test_nothing_to_take_in_is_told(aas, data):
    assert aas("ingest", "--data", data, "--json").last["error"] == "ingest-nothing"
