"""What fields mean, as a table that a spreadsheet opens and people edit."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aas_server.product.fields import COLUMNS, from_csv, to_csv
from aas_server.product.report import harmless, original


def row(**said: str) -> dict[str, str]:
    return {**dict.fromkeys(COLUMNS, ""), "stream": "shots", "name": "xx", **said}


@pytest.mark.parametrize("text", ["=1+1", "@sum", "+cmd", "-a", "\t=1", "'=1+1", "''=1", "'quoted'", "-40", "°C"])
def test_a_table_survives_being_written_and_read(text: str) -> None:
    table = [row(name=text, definition_ko=text)]
    assert from_csv(to_csv(table)) == table


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "@sum", "+cmd", "-a", "'=1"])
def test_no_cell_is_run_by_a_spreadsheet(text: str) -> None:
    (written,) = csv.DictReader(io.StringIO(to_csv([row(title_ko=text)])))
    assert written["title_ko"] == "'" + text


@given(st.text(alphabet="='+-@a1.\t "))
def test_the_guard_can_always_be_taken_off(text: str) -> None:
    guarded = harmless(text)
    assert isinstance(guarded, str)
    assert original(guarded) == text
