"""Any subject measured by any profile: figures counted by hand, and what is not measured and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

from aas_server.errors import BadInput
from aas_server.messages import error_text, in_all
from aas_server.quality import profile
from aas_server.quality.assess import Assessment, assess_subject, told
from aas_server.quality.declared import Order, Quality, Range, Redundant, Reference, Rule
from aas_server.quality.facts import Facts
from aas_server.quality.finding import Finding
from aas_server.quality.looked import Looked, looked
from aas_server.quality.measures import Described, Told
from aas_server.quality.subject import Seen, Subject

Make = Callable[..., Subject]
START = datetime(2026, 3, 1)  # noqa: DTZ001 - a file tells no zone


@pytest.fixture
def subject() -> Iterator[Make]:
    """Ten rows, a second apart but for two that are missing and one that stands twice."""
    with duckdb.connect() as connection:

        def make(declared: Quality | None = None, timed: bool = True) -> Subject:
            connection.execute(
                "CREATE OR REPLACE TABLE t (row BIGINT, c0 TIMESTAMP, c1 DOUBLE, c2 VARCHAR, c3 DOUBLE, c4 BIGINT)"
            )
            for row, second in enumerate((0, 1, 2, 3, 3, 4, 5, 8, 9, 10)):
                at = START + timedelta(seconds=second, microseconds=row * 900)
                mold = "AABBBBCCCX"[row]
                again = 3.5 if row == 9 else float(row)
                at = START + timedelta(seconds=3) if second == 3 else at
                connection.execute("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)", [row, at, row, mold, again, 9 - row])
            kinds = ("timestamp", "double", "string", "double", "int64")
            names = ("when", "heat", "mold", "heat again", "count")
            columns = tuple(
                Seen(name, f"c{number}", f"c{number}", kind)  # type: ignore[arg-type]
                for number, (name, kind) in enumerate(zip(names, kinds, strict=True))
            )
            return Subject(
                connection, "t", columns, 10, time=columns[0] if timed else None, declared=declared or Quality()
            )

        yield make


def measured(
    made: Subject, name: str, found: Looked | None = None, described: Described | None = None
) -> tuple[Assessment, dict[str, tuple[int | None, int | None]]]:
    assessment = assess_subject(Facts(made), profile.load(name), found, described, date(2026, 3, 2))
    return assessment, {index: (one.numerator, one.denominator) for index, one in assessment.measures.items()}


def test_a_bare_file_by_the_default_profile(subject: Make) -> None:
    assessment, counts = measured(subject(), "kamp")
    assert counts == {
        "completeness": (50, 50),
        "uniqueness": (10, 10),
        "validity": (50, 50),
        "consistency": (None, None),
        "accuracy": (None, None),
        "integrity": (2, 2),
    }
    assert assessment.index == 100
    assert assessment.weights == tuple(Fraction(w, 9) for w in (6, 1, 1, 0, 0, 1))
    said = told(assessment, "ko")
    assert said["index"] == 100.0
    assert said["indices"][4]["value"] is None
    assert said["indices"][4]["reason"].startswith("미측정")
    assert said["indices"][4]["effective_weight"] == 0


def test_what_is_declared_is_checked(subject: Make) -> None:
    declared = Quality(
        key=("mold",),
        ranges={"heat": Range(max=7.0)},
        lists={"mold": ("A", "B", "C")},
        types={"heat again": "integer"},
        rules=(Rule("low", "heat < 9", "consistency"),),
        references=(Reference("mold", "mold"),),
        orders=(Order("count"), Order("heat", ("mold",), strict=True)),
        redundant=(Redundant("heat", "heat again", 0.5),),
    )
    assessment, counts = measured(subject(declared), "kamp")
    assert counts == {
        "completeness": (50, 50),
        "uniqueness": (4, 10),
        "validity": (50 - 2 - 1 - 1, 50),  # heat 8 and 9, mold X, 3.5
        "consistency": (9 + 10 + 0 + 6, 10 + 10 + 9 + 6),
        "accuracy": (9, 10),
        "integrity": (0, 3),
    }
    assert assessment.measures["accuracy"].examples == ("#10 (2026-03-01T00:00:10): heat = heat again ± 0.5",)
    assert "heat = heat again" in assessment.measures["accuracy"].rule["ko"]


def test_a_reference_leads_to_another_table(subject: Make) -> None:
    made = subject(Quality(references=(Reference("mold", "no", "molds"),)))
    made.connection.execute("CREATE OR REPLACE TABLE molds AS SELECT unnest(['A', 'B', 'C']) AS no")
    assessment = assess_subject(Facts(made), profile.load("kamp"), others={"molds": "molds"})
    assert assessment.measures["consistency"].value == Fraction(9, 10)
    with pytest.raises(BadInput) as refused:
        assess_subject(Facts(made), profile.load("kamp"))
    assert refused.value.key == "quality-table-unknown"


@pytest.mark.parametrize(
    ("declared", "key"),
    [
        (Quality(key=("nowhere",)), "quality-key-unknown"),
        (Quality(ranges={"nowhere": Range(0, 1)}), "quality-declared-unknown"),
        (Quality(lists={"nowhere": ("A",)}), "quality-declared-unknown"),
        (Quality(orders=(Order("nowhere"),)), "quality-rule-column-unknown"),
        (Quality(redundant=(Redundant("heat", "nowhere"),)), "quality-rule-column-unknown"),
        (Quality(references=(Reference("nowhere", "heat"),)), "quality-rule-column-unknown"),
    ],
)
def test_what_is_declared_of_an_unknown_column_is_refused(subject: Make, declared: Quality, key: str) -> None:
    with pytest.raises(BadInput) as refused:
        measured(subject(declared), "kamp")
    assert refused.value.key == key
    assert "nowhere" in error_text(refused.value, "ko")
    assert "mold" in error_text(refused.value, "en")


def test_a_time_series_by_its_profile(subject: Make) -> None:
    found = looked(
        ("stuck", "drift", "implausible_time"),
        [Finding("stuck", 1, ("heat",), ("#3: heat",), in_all("quality-kind-stuck"))],
    )
    assessment, counts = measured(subject(Quality(arrival="when", late_after=1.0)), "time-series", found)
    assert counts == {
        "expected_points": (9, 11),
        "completeness": (50, 50),
        "gap_free": (7, 8),
        "timeliness": (10, 10),
        "monotonic_time": (9, 9),
        "single_times": (9, 10),
        "valid_times": (10, 10),
        "stuck_free": (4, 5),
        "drift_free": (5, 5),
    }
    assert assessment.index is not None and assessment.index < 100


def test_without_a_time_nothing_of_it_is_measured(subject: Make) -> None:
    _, counts = measured(subject(timed=False), "time-series")
    assert [name for name, (_, total) in counts.items() if total is not None] == ["completeness"]


def test_usefulness_and_accessibility_count_what_is_told(subject: Make) -> None:
    described = Described(
        (Told("heat", True, True, False), Told("mold", True, False)),
        {"quality-way-sample": True, "quality-way-guide": False},
    )
    assessment, counts = measured(subject(), "data-industry-act", described=described)
    assert counts["usefulness"] == (3, 5)
    assert counts["accessibility"] == (1, 2)
    assert "무료 표본" in assessment.measures["accessibility"].rule["ko"]
    _, bare = measured(subject(), "data-industry-act")
    assert bare["usefulness"] == bare["accessibility"] == (None, None)


def test_iso_names_share_the_measures_and_leave_credibility_open(subject: Make) -> None:
    found = looked(
        ("label_contradiction", "near_duplicate_rows"),
        [Finding("label_contradiction", 2, ("mold",), (), in_all("quality-kind-stuck"), "SELECT 1 AS row")],
    )
    assessment, counts = measured(subject(Quality(fresh_within=1.0)), "iso", found)
    assert counts["currentness"] == (0, 1)
    assert "2.0" in assessment.measures["currentness"].rule["en"]
    assert counts["label-consistency"] == (9, 10)
    assert counts["similarity"] == (10, 10)
    assert counts["credibility"] == (None, None)
    assert sum(assessment.weights) == 1


@pytest.mark.parametrize("name", profile.names())
def test_every_profile_says_where_it_comes_from(name: str) -> None:
    known = profile.load(name)
    assert known.source and known.date
    assert {"ko", "en"} <= known.title.keys()
    assert "인증" not in known.title["ko"]


OWN = """name = "ours"
title = { ko = "우리", en = "ours" }
source = "house rule 7"
[[index]]
name = "completeness"
title = { ko = "완전성", en = "Completeness" }
weight = "3"
"""


def test_a_profile_of_ones_own(subject: Make, tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(OWN, "utf-8")
    assessment, counts = measured(subject(), str(file))
    assert (assessment.profile.name, assessment.index, counts) == ("ours", 100, {"completeness": (50, 50)})


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('"3"', '"three"', 7),
        ('"3"', '"-1"', 7),
        ('"3"', '"0"', 1),
        ('weight = "3"', 'weigth = "3"', 7),
        ('"completeness"', '"completness"', 5),
        ('ko = "완전성", ', "", 6),
        ('source = "house rule 7"', 'source = "x"\nleft_out_over = "2"', 4),
    ],
)
def test_a_broken_profile_is_refused_with_its_line(tmp_path: Path, old: str, new: str, line: int) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(OWN.replace(old, new), "utf-8")
    with pytest.raises(BadInput) as refused:
        profile.load(str(file))
    said = error_text(refused.value, "ko")
    assert "ours.toml" in said
    if "weigth" not in new:
        assert refused.value.values["line"] == line


def test_what_was_looked_for_is_not_counted_again(subject: Make) -> None:
    made = replace(subject(), key=())
    assessment, counts = measured(made, "kamp", looked(("duplicate_row",), ()))
    assert counts["uniqueness"] == (10, 10)
    assert assessment.measures["uniqueness"].value == 1
