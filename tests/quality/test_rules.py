"""Expressions that people wrote: one condition over a row, or a clear refusal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from aas_server import messages
from aas_server.errors import BadInput
from aas_server.quality.declared import Rule
from aas_server.quality.rules import check
from aas_server.quality.table import Table
from aas_server.store.parquet import literal

Measured = Callable[..., Table]


@pytest.fixture
def made(table: Measured) -> Table:
    return table({"low": pa.array([1.0, 2.0]), "상태": pa.array(["가동", None])})


@pytest.mark.parametrize(
    ("expression", "counts"),
    [
        ("low < 2", (2, 1)),
        ("low BETWEEN 0 AND 9 AND low IN (1, 2)", (2, 0)),
        ("CASE WHEN \"상태\" = '가동' THEN low > 1 ELSE true END", (2, 1)),
        ('"상태" IS NOT NULL', (2, 1)),
        ("NULL", (0, 0)),
        ("abs(low)::INTEGER % 2 = 1", (2, 1)),
    ],
)
def test_conditions_over_a_row(made: Table, expression: str, counts: tuple[int, int]) -> None:
    found = check(made.connection, "by_name", Rule("any", expression))
    assert (found.made, found.broken) == counts


@pytest.mark.parametrize(
    ("expression", "key"),
    [
        ("low <", "quality-rule-unreadable"),
        ("", "quality-rule-no-condition"),
        ("low > 1); DROP VIEW data; SELECT (1", "quality-rule-unreadable"),
        ("low > 1), (low > 2", "quality-rule-not-single"),
        ("true) FROM data WHERE (true", "quality-rule-not-single"),
        ("true) UNION SELECT (true", "quality-rule-not-single"),
        ("low IN (SELECT low FROM by_name)", "quality-rule-forbidden"),
        ("EXISTS (FROM read_csv('/etc/hostname'))", "quality-rule-forbidden"),
        ("lag(low) OVER () < low", "quality-rule-forbidden"),
        ("*", "quality-rule-forbidden"),
        ("low + 1", "quality-rule-no-condition"),
        ("lower > 1", "quality-rule-fails"),
        ("no_such_function(low)", "quality-rule-fails"),
        ("count(*) > 1", "quality-rule-fails"),
        ("\"상태\"::INTEGER > 1", "quality-rule-fails"),
    ],
)  # fmt: skip
def test_all_else_is_refused_by_name(made: Table, expression: str, key: str) -> None:
    with pytest.raises(BadInput) as refused:
        check(made.connection, "by_name", Rule("온도 규칙", expression))
    assert refused.value.key == key
    for language in messages.LANGUAGES:
        said = messages.error_text(refused.value, language)
        assert "온도 규칙" in said
        assert "quality-rule" not in said


def test_a_locked_connection_reads_nothing_else(made: Table, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    for statement in (
        f"SELECT * FROM read_csv({literal(str(secret))})",
        f"COPY (SELECT 1) TO {literal(str(tmp_path / 'out.csv'))}",
        "SET enable_external_access = true",
    ):
        with pytest.raises(Exception, match=r"configuration|disabled"):
            made.connection.execute(statement).fetchall()
    assert not (tmp_path / "out.csv").exists()
