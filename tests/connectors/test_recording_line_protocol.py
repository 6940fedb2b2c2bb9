"""InfluxDB line protocol as a recording."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors.errors import RecordingError
from connectors.recording import Hints, open_recording, parts


@pytest.fixture
def rows(tmp_path: Path) -> Any:
    def read(text: str, **hints: Any) -> list[dict[str, Any]]:
        file = tmp_path / "a.lp"
        file.write_bytes(text.encode())
        return list(open_recording(file, hints=Hints(**hints)).values())

    return read


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ("m v=1", {"v": 1.0}),
        ("m v=1i,w=-2i,x=18446744073709551615u", {"v": 1, "w": -2, "x": 2**64 - 1}),
        ("m a=t,b=T,c=true,d=True,e=TRUE,f=f,g=FALSE", {**dict.fromkeys("abcde", True), "f": False, "g": False}),
        ("m v=-1.5e3,w=.5,x=5.", {"v": -1500.0, "w": 0.5, "x": 5.0}),
        (r'm s="a \"b\" \\ c, d=e",v=2i', {"s": r'a "b" \ c, d=e', "v": 2}),
        ('m s="",v=1i', {"s": "", "v": 1}),
        (r"m,라인\ 1=가\,나\=다 온\ 도=1", {"라인 1": "가,나=다", "온 도": 1.0}),
        (r"m,path=C:\temp v=1", {"path": r"C:\temp", "v": 1.0}),
        ('m,q="x" v=1', {"q": '"x"', "v": 1.0}),
        ("m,v=tag v=1i", {"v_1": "tag", "v": 1}),
        ("m v=1 1772323200000000001", {"v": 1.0, "time": "2026-03-01T00:00:00.000000001Z"}),
        ("m  v=1   1772323200000000000  ", {"v": 1.0, "time": "2026-03-01T00:00:00Z"}),
        ("m v=1 -1", {"v": 1.0, "time": "1969-12-31T23:59:59.999999999Z"}),
    ],
)
def test_a_point_is_a_row(rows: Any, line: str, row: dict[str, Any]) -> None:
    assert rows(line) == [row]
    assert rows(f"# comment\n\n{line}\r\n") == [row]
    assert [type(value) for value in rows(line)[0].values()] == [type(value) for value in row.values()]


def test_a_text_may_go_over_lines(rows: Any) -> None:
    assert rows('m s="a\nb # c\n\nd",v=1i\nm s="e"\n') == [{"s": "a\nb # c\n\nd", "v": 1}, {"s": "e"}]


@pytest.mark.parametrize(
    ("precision", "stamp"),
    [("s", 1772323200), ("ms", 1772323200000), ("us", 1772323200000000), ("ns", 1772323200000000000)],
)
def test_time_stamps_have_a_precision(rows: Any, precision: str, stamp: int) -> None:
    assert rows(f"m v=1 {stamp}", precision=precision) == [{"v": 1.0, "time": "2026-03-01T00:00:00Z"}]


def test_measurements_are_parts_of_a_file(rows: Any, tmp_path: Path) -> None:
    text = "b,x=1 v=1\na\\ 1 v=2\nb v=3\n"
    assert rows(text) == [{"x": "1", "v": 1.0}, {"v": 3.0}]
    assert parts(tmp_path / "a.lp") == ["b", "a 1"]
    assert rows(text, part="a 1") == [{"v": 2.0}]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("m", "m"),
        ("m,a v=1", ",a v=1"),
        ("m v", "v"),
        ("m v=", "v="),
        ("m v=1x", "1x"),
        ("m v=NaN", "NaN"),
        ("m v=1e999", "1e999"),
        ("m v=9223372036854775808i", "9223372036854775808i"),
        ("m v=-1u", "-1u"),
        ("m v=1 yesterday", "yesterday"),
        ("m v=1 99999999999999999999", "99999999999999999999"),
        ("m time=1", "time"),
        (",a=b v=1", ",a=b v=1"),
        ('m v="open', 'm v="open'),
        ("온도 61.5", "61.5"),
    ],
)
def test_what_is_no_point_is_told_with_its_line(rows: Any, line: str, found: str) -> None:
    with pytest.raises(RecordingError) as fault:
        rows(f"m v=1\n{line}\n", part=None)
        rows(f"m v=1\n{line}\n", part="온도")
    assert fault.value.key == "recording-no-point"
    assert (fault.value.values["line"], fault.value.values["found"]) == (2, found)


def test_an_open_quote_does_not_fill_the_memory(rows: Any) -> None:
    with pytest.raises(RecordingError) as fault:
        rows('m v="' + "x\n" * 2**20)
    assert fault.value.key == "recording-no-point"


def test_too_many_measurements_are_refused(rows: Any) -> None:
    with pytest.raises(RecordingError) as fault:
        rows("".join(f"m{n} v=1\n" for n in range(101)))
    assert fault.value.key == "recording-too-many-parts"
