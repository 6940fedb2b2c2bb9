"""A statement is shared out to the last won."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aas_server.errors import BadInput
from aas_server.product.register import shares
from aas_server.product.register.shares import Item, Statement, settle
from submodels.licensing import Party
from submodels.text import both

STATEMENT = """period = "2026-11"
[[sale]]
buyer = "한 구매자"
amount = 10000000
[[sale]]
buyer = "두 구매자"
amount = 1
[[cost]]
name = "플랫폼 수수료"
amount = 1000000
"""


def parties(*percents: float) -> list[Party]:
    return [Party(both(f"당사자{n}", f"party {n}"), both("역할", "role"), one) for n, one in enumerate(percents)]


def test_parts_are_cut_and_the_rest_goes_to_the_largest(tmp_path: Path) -> None:
    file = tmp_path / "statement.toml"
    file.write_text(STATEMENT, "utf-8")
    settled = settle(shares.read(file), parties(33.3, 66.7))
    assert (settled.sales, settled.costs, settled.profit) == (10_000_001, 1_000_000, 9_000_001)
    # 9,000,001 × 0.333 = 2,997,000.333; × 0.667 = 6,003,000.667
    assert [(part.amount, part.rest) for part in settled.parts] == [(2_997_000, 0), (6_003_001, 1)]


@given(st.integers(0, 10**13), st.lists(st.integers(1, 1000), min_size=1, max_size=6))
def test_the_parts_sum_to_what_is_shared(amount: int, weights: list[int]) -> None:
    tenths = [weight * 1000 // sum(weights) for weight in weights]
    tenths[0] += 1000 - sum(tenths)
    found = settle(Statement("p", (Item(amount),)), parties(*(tenth / 10 for tenth in tenths)))
    assert sum(part.amount for part in found.parts) == amount
    for part, tenth in zip(found.parts, tenths, strict=True):
        assert part.amount - part.rest == int(Fraction(tenth, 1000) * amount)


def test_a_loss_is_shared_out_to_nobody() -> None:
    settled = settle(Statement("p", (Item(5),), (Item(7),)), parties(50, 50))
    assert settled.profit == -2 and [part.amount for part in settled.parts] == [0, 0]


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("amount = 1\n", "amount = -1\n", 7),
        ("amount = 1\n", "amount = 1.5\n", 7),
        ("amount = 1000000\n", "amonut = 1000000\n", 10),
        ("amount = 10000000", f"amount = {10**16}", 4),
    ],
)
def test_a_wrong_statement_is_told_with_its_line(tmp_path: Path, before: str, after: str, line: int) -> None:
    file = tmp_path / "statement.toml"
    file.write_text(STATEMENT.replace(before, after, 1), "utf-8")
    with pytest.raises(BadInput) as refused:
        shares.read(file)
    assert refused.value.values["line"] == line


def test_shares_must_be_whole() -> None:
    with pytest.raises(BadInput):
        settle(Statement("p", (Item(5),)), parties(50, 49))


def test_a_sum_that_is_nearly_whole_is_told_as_it_is() -> None:
    with pytest.raises(BadInput) as refused:
        settle(Statement("p", (Item(5),)), parties(50, 49.99999))
    assert refused.value.values["sum"] == "99.99999"
