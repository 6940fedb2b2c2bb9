"""Pictures, named by their digest: told apart by what is seen, and repeated ones found."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pandas as pd

from aas_server.quality.finding import Finding

Found = Callable[..., dict[str, Finding]]


def pictured(rows: int) -> pd.DataFrame:
    """As a stream of pictures tells of them: each has a digest of its own."""
    digests = [hashlib.sha256(str(row).encode()).hexdigest() for row in range(rows)]
    return pd.DataFrame(
        {
            "time": pd.date_range("2024-01-01", periods=rows, freq="s"),
            "label": ["ng" if row % 4 == 1 else "ok" for row in range(rows)],
            "file": [f"p{row}.png" for row in range(rows)],
            "image": digests,
            "media_type": ["image/png", "image/jpeg"] * (rows // 2),
            "width": [64 + row % 2 for row in range(rows)],
        }
    )


def test_different_pictures_are_no_contradiction(found: Found) -> None:
    assert found(pictured(60), time="time", label="label") == {}


def test_a_picture_under_two_labels_is_repeated_and_contradicts(found: Found) -> None:
    data = pictured(60)
    data.loc[21, ["image", "width", "media_type"]] = data.loc[20, ["image", "width", "media_type"]]
    data.loc[42, "image"] = data.loc[40, "image"]
    findings = found(data, time="time", label="label")
    assert {kind: one.count for kind, one in findings.items()} == {
        "label_contradiction": 2,
        "duplicate_picture": 2,
    }
    assert [one[:4] for one in findings["duplicate_picture"].examples] == ["#22 ", "#43 "]
