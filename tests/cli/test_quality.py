"""``aas quality`` as a person and a script see it."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    file = tmp_path / "shots.csv"
    file.write_text(
        "time,temp,note\n2026-01-01 00:00:00,1.5,=1+1\n"
        "2026-01-01 00:00:01,,x\n2026-01-01 00:00:01,2,y\n2026-01-01 00:00:02,3,z\n"
    )
    return file


def test_a_script_gets_one_line_of_json_and_nothing_else(aas: Callable[..., Any], shots: Path) -> None:
    told = aas("quality", shots, "--time", "time", "--json", "--lang", "ko")
    assert told.code == 0
    said = json.loads(told.out)
    assert [one["kind"] for one in said["findings"]] == ["missing", "duplicate_time"]
    assert "칸" in said["findings"][0]["note"]
    assert {"rows", "columns", "indices", "index", "findings"} <= set(said)


def test_a_person_reads_figures_findings_and_that_it_is_a_self_check(aas: Callable[..., Any], shots: Path) -> None:
    told = aas("quality", shots, "--time", "time", "--lang", "en")
    assert "Completeness  91.67 %  (11 / 12" in told.out
    assert "#2 (L3, 2026-01-01T00:00:01): temp=" in told.out
    assert "self-check" in told.out


def test_a_figure_leads_to_all_its_rows_without_formulas(
    aas: Callable[..., Any], shots: Path, tmp_path: Path
) -> None:
    rows = tmp_path / "rows.csv"
    told = aas("quality", shots, "--time", "time", "--show", "duplicate_time", "--output", rows, "--lang", "en")
    assert told.code == 0
    with rows.open(encoding="utf-8-sig") as content:
        assert [(row["#line"], row["note"]) for row in csv.DictReader(content)] == [("4", "y")]
    shots.write_text("a,b\n,=1+1\n-5,+x\n")
    assert aas("quality", shots, "--show", "missing", "--output", rows).code == 0
    assert "'=1+1" in rows.read_text("utf-8-sig")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--time", "tme"], "Did you mean 'time'?"),
        (["--time", "note"], "holds no times"),
        (["--profile", "kmp"], "kamp"),
        (["--memory", "12"], "512MB"),
        (["--output", "x.csv"], "--show"),
    ],
    ids=["time", "no-times", "profile", "memory", "output"],
)
def test_a_wrong_option_is_told_with_what_to_do(
    aas: Callable[..., Any], shots: Path, arguments: list[str], said: str
) -> None:
    told = aas("quality", shots, *arguments, "--lang", "en")
    assert told.code == 2
    assert said in told.err


def test_a_copy_of_another_file_is_told(aas: Callable[..., Any], tmp_path: Path) -> None:
    old, new, fresh = (tmp_path / name for name in ("old.csv", "new.csv", "fresh.csv"))
    for file, seed, scale in ((old, 1, 1), (new, 1, 10), (fresh, 2, 1)):
        draw = random.Random(seed)
        readings = [(draw.gauss(20, 3), draw.gauss(5, 1)) for _ in range(600)]
        file.write_text("a,b\n" + "".join(f"{a * scale:.4f},{b * scale:.4f}\n" for a, b in readings))
    told = aas("quality", new, "--against", old, "--against", fresh, "--json")
    [finding] = json.loads(told.out)["findings"]
    assert (finding["kind"], finding["count"]) == ("near_duplicate_product", 1)
    share = finding["examples"][0].removeprefix(f"{old}: ").partition("%")[0]
    assert float(share) >= 90  # other decimals are cut in the copy
    assert json.loads(aas("quality", fresh, "--against", old, "--json").out)["findings"] == []
    missing = aas("quality", new, "--against", tmp_path / "none.csv", "--json")
    assert missing.code != 0
    assert "none.csv" in missing.err


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ('[[rules]]\nname = "ok"\nexpression = "temp > 0"\n\n[[rules]]\nname = "x"\nexpression = "temp >"\n', 7),
        ('[[rules]]\nname = "x"\nexpression = "tmp > 0"\n', 3),
        ("ranges.temp = { min = 5, max = 1 }\n", 1),
    ],
    ids=["no expression", "no such column", "range reversed"],
)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_broken_rule_is_told_with_its_line(
    aas: Callable[..., Any], shots: Path, written: str, line: int, language: str
) -> None:
    rules = shots.with_name("rules.toml")
    rules.write_text(written)
    told = aas("quality", shots, "--rules", rules, "--lang", language)
    assert told.code == 2
    assert f"rules.toml {line}행" in told.err if language == "ko" else f"rules.toml, line {line}" in told.err
    assert "Traceback" not in told.err


def test_a_key_without_a_name_is_refused(aas: Callable[..., Any], shots: Path) -> None:
    told = aas("quality", shots, "--key", " , ", "--lang", "en")
    assert told.code == 2 and "--key lot,cavity" in told.err
