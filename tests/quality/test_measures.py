"""Each index on tables small enough to count by hand."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pyarrow as pa
import pytest

from aas_server.errors import BadInput
from aas_server.quality import measures
from aas_server.quality.declared import Rule
from aas_server.quality.measure import Measure
from aas_server.quality.table import Table

Measured = Callable[..., Table]
NAN = float("nan")


def test_completeness_counts_null_and_not_a_number(table: Measured) -> None:
    made = table({"speed": pa.array([1.0, None, NAN, 4.0]), "state": pa.array(["a", None, "", "d"])})
    measure = measures.completeness(made)
    assert (measure.numerator, measure.denominator) == (5, 8)
    assert measure.value == Fraction(5, 8)
    assert measure.examples == ("#2: speed=", "#2: state=")


def test_a_column_at_exactly_thirty_percent_is_not_left_out(table: Measured) -> None:
    made = table(
        {
            "three": pa.array([None] * 3 + [1.0] * 7, pa.float64()),
            "four": pa.array([None] * 4 + [1.0] * 6, pa.float64()),
        }
    )
    assert made.sparse(Fraction("0.30")) == ("four",)
    rest = measures.completeness(made.without(("four",)))
    assert (rest.numerator, rest.denominator) == (7, 10)


def test_uniqueness_over_rows_and_over_a_key(table: Measured) -> None:
    made = table({"shot": pa.array([1, 1, 2, None, None]), "speed": pa.array([1.0, 1.0, 1.0, 2.0, 3.0])})
    rows = measures.uniqueness(made)
    assert (rows.numerator, rows.denominator) == (4, 5)
    assert rows.examples == ("#2",)
    key = measures.uniqueness(made, ("shot",))
    assert (key.numerator, key.denominator) == (3, 5)
    assert "shot" in key.rule["ko"]
    with pytest.raises(BadInput, match="quality-key-unknown"):
        measures.uniqueness(made, ("nowhere",))


def test_validity_is_of_type_and_range_over_cells_with_a_value(table: Measured) -> None:
    made = table(
        {
            "speed": pa.array([0.0, 10.0, 10.5, -0.1, None, NAN]),
            "shot": pa.array([1, 2, 3, 4, 5, 600]),
            "room": pa.array(["21", "x", None, " 22.5", "1e400", "nan"]),
            "name": pa.array(["a", "b", "c", "d", "e", "f"]),
        },
        types={"room": "xs:double"},
        limits={"speed": (0, 10), "shot": (None, 100.0)},
    )
    measure = measures.validity(made)
    # invalid: 10.5 and -0.1 of speed, 600 of shot, x of room (1e400 and nan read as numbers)
    assert (measure.numerator, measure.denominator) == (4 + 6 + 5 + 6 - 4, 21)
    assert "#3: speed=10.5" in measure.examples
    assert "2 of them" in measure.rule["en"]


def test_validity_without_a_range_says_that_only_types_were_measured(table: Measured) -> None:
    measure = measures.validity(table({"speed": pa.array([1.0, 2.0])}))
    assert measure.value == 1
    assert "only the type" in measure.rule["en"]
    assert "자료형만" in measure.rule["ko"]


def test_rules_count_checks_and_leave_out_what_cannot_be_judged(table: Measured) -> None:
    made = table({"low": pa.array([1.0, 2.0, 3.0, None]), "high side": pa.array([2.0, 2.0, 1.0, 5.0])})
    rules = [Rule("order", 'low < "high side"'), Rule("positive", "low > 0 -- all of them")]
    measure = measures.consistency(made, rules)
    assert (measure.numerator, measure.denominator) == (4, 6)
    assert measure.examples == ("#2: order", "#3: order")
    assert measures.accuracy(made, rules[:1]).value == Fraction(1, 3)


def test_without_a_rule_nothing_is_measured(table: Measured) -> None:
    made = table({"low": pa.array([1.0])})
    for measure in (measures.consistency(made, []), measures.accuracy(made, [])):
        assert (measure.value, measure.numerator, measure.denominator) == (None, None, None)
        assert measure.reason is not None
        assert measure.reason["ko"].startswith("미측정")
        assert measure.reason["en"].startswith("not measured")


def test_rules_that_are_null_everywhere_are_not_measured(table: Measured) -> None:
    made = table({"low": pa.array([None, None], pa.float64())})
    assert measures.accuracy(made, [Rule("positive", "low > 0")]).value is None


def part(numerator: int | None, denominator: int | None) -> Measure:
    return Measure({"ko": "", "en": ""}, numerator, denominator)


@pytest.mark.parametrize(
    ("uniqueness", "validity", "consistency", "expected"),
    [
        ((5, 5), (5, 5), (5, 5), (3, 3)),
        ((4, 5), (5, 5), (5, 5), (2, 3)),
        ((4, 5), (4, 5), (4, 5), (0, 3)),
        ((5, 5), (5, 5), (None, None), (2, 2)),
        ((4, 5), (5, 5), (None, None), (1, 2)),
        ((None, None), (None, None), (None, None), (None, None)),
    ],
)
def test_integrity_is_over_what_was_measured(
    uniqueness: tuple[int, int],
    validity: tuple[int, int],
    consistency: tuple[int, int],
    expected: tuple[int | None, int | None],
) -> None:
    parts = {"uniqueness": part(*uniqueness), "validity": part(*validity), "consistency": part(*consistency)}
    measure = measures.integrity(parts)
    assert (measure.numerator, measure.denominator) == expected


def test_an_empty_table_is_not_measured(table: Measured) -> None:
    made = table({"low": pa.array([], pa.float64())})
    assert measures.completeness(made).value is None
    assert measures.uniqueness(made).value is None
    assert measures.validity(made).value is None


def test_a_range_without_a_finite_end_is_none(table: Measured) -> None:
    """Infinite ends may come from a shell that was written elsewhere."""
    made = table({"speed": pa.array([1.0, 2.0])}, limits={"speed": (float("-inf"), float("inf"))})
    measure = measures.validity(made)
    assert measure.value == 1
    assert "no range is declared" in measure.rule["en"]
