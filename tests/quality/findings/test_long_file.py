"""A file longer than the bounded look: found in a part of it, counted over all of it."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from aas_server.quality.finding import Finding


def test_what_a_long_file_hides_is_counted_exactly(
    found: Callable[..., dict[str, Finding]], machine: Callable[[int], pd.DataFrame]
) -> None:
    data = machine(410_000).drop(columns=["speed", "vib"])
    data.loc[100_000:100_299, "press"] = 5.25
    data.loc[[5, 77_777, 300_001], "press"] = -999.0
    data.loc[250_123:, "cur"] *= 1000
    findings = found(data, time="time")
    assert {kind: one.count for kind, one in findings.items()} == {
        "stuck": 300,
        "suspected_code": 3,
        "scale_change": 410_000 - 250_123,
    }
