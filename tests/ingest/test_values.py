from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aas_server.ingest.values import MISFIT, NUMBER_AS_TEXT, VALUE_AS_TEXT, column

NOTHING = pa.null()


@pytest.mark.parametrize(
    ("sent", "kind", "stored"),
    [
        ([1, 2, None], pa.int64(), [1, 2, None]),
        ([1, 0.5], pa.float64(), [1.0, 0.5]),
        ([True, None, False], pa.bool_(), [True, None, False]),
        (["RUN", "가동"], pa.string(), ["RUN", "가동"]),
        (["007", "008"], pa.string(), ["007", "008"]),
        ([None, None], pa.null(), [None, None]),
    ],
)
def test_a_type_is_found_from_the_first_values(sent: list, kind: pa.DataType, stored: list) -> None:
    array, doubts = column(sent, NOTHING)
    assert (array.type, array.to_pylist(), list(doubts)) == (kind, stored, [])


@pytest.mark.parametrize(
    ("sent", "present", "stored", "flags"),
    [
        ([1.5, "2.5"], pa.float64(), [1.5, 2.5], {1: NUMBER_AS_TEXT}),
        ([1, " 7 "], pa.int64(), [1, 7], {1: NUMBER_AS_TEXT}),
        ([1, "2", 3], NOTHING, [1, 2, 3], {1: NUMBER_AS_TEXT}),
        ([1, "2.5", 3], NOTHING, [1.0, 2.5, 3.0], {1: NUMBER_AS_TEXT}),
        ([1.5, "ERR", ""], pa.float64(), [1.5, None, None], {1: MISFIT, 2: MISFIT}),
        (["A", "B", 7], NOTHING, ["A", "B", "7"], {2: VALUE_AS_TEXT}),
        (["A", True, 0.5], pa.string(), ["A", "true", "0.5"], {1: VALUE_AS_TEXT, 2: VALUE_AS_TEXT}),
        ([True, 1, "true"], pa.bool_(), [True, None, None], {1: MISFIT, 2: MISFIT}),
        ([1, True], pa.int64(), [1, None], {1: MISFIT}),
        ([1.5, "nan", "inf", "1e999"], pa.float64(), [1.5, None, None, None], {1: MISFIT, 2: MISFIT, 3: MISFIT}),
        ([1, 2**63, 2**64 - 1], pa.int64(), [1, None, None], {1: MISFIT, 2: MISFIT}),
        ([0.5, 2**53 + 1], pa.float64(), [0.5, None], {1: MISFIT}),
    ],
)
def test_what_does_not_fit_is_told(sent: list, present: pa.DataType, stored: list, flags: dict[int, str]) -> None:
    array, doubts = column(sent, present)
    assert array.to_pylist() == stored
    assert {doubt.row: doubt.flag for doubt in doubts} == flags
    assert all(doubt.misfit == (doubt.flag == MISFIT) for doubt in doubts)


def test_whole_numbers_widen_when_fractions_come() -> None:
    array, doubts = column([1, 0.5], pa.int64())
    assert (array.type, array.to_pylist(), list(doubts)) == (pa.float64(), [1.0, 0.5], [])


def test_they_do_not_widen_where_that_would_lose_digits() -> None:
    array, doubts = column([1, 0.5, 3.0, "4"], pa.int64(), widen=False)
    assert (array.type, array.to_pylist()) == (pa.int64(), [1, None, 3, 4])
    assert [(doubt.row, doubt.flag) for doubt in doubts] == [(1, MISFIT), (3, NUMBER_AS_TEXT)]


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False), st.text(max_size=5)
)


@given(
    st.lists(SCALARS, min_size=1, max_size=8),
    st.sampled_from([pa.null(), pa.bool_(), pa.int64(), pa.float64(), pa.string()]),
    st.booleans(),
)
def test_a_value_is_stored_exactly_or_told(sent: list, present: pa.DataType, widen: bool) -> None:
    array, doubts = column(sent, present, widen=widen)
    told = {doubt.row: doubt for doubt in doubts}
    for row, (value, cell) in enumerate(zip(sent, array.to_pylist(), strict=True)):
        if row not in told:
            assert cell == value
        elif told[row].misfit:
            assert cell is None
        else:
            assert cell is not None
