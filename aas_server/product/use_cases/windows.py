"""Ranges of a variable in which defects are rare: found on the training part, counted on the test part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from aas_server.product import labels
from aas_server.product.recipe import Label
from aas_server.product.work import PreparedTable
from submodels.ai_model import AIModel, Split
from submodels.use_cases import Window

_TIME = "Time"
Rows = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Limits:
    """``windows.toml``, where each is explained."""

    variables: int
    parts: int
    least_share: float
    min_rows: int
    min_defects: int
    at_most: float


@cache
def limits() -> Limits:
    """The table, read once."""
    return msgspec.toml.decode(Path(__file__).with_name("windows.toml").read_bytes(), type=Limits)


def windows(table: PreparedTable, label: Label | None, model: AIModel) -> tuple[Window, ...]:
    """One range for each of the heaviest number variables, whether or not it held on the test part.

    None where nothing tells good from bad, or the parts of the data cannot be told again (a split by groups or at
    random): what cannot be counted is not claimed.
    """
    if label is None or model.label is None or not label.defect:
        return ()
    names = [name for name, _ in model.importance if name in model.features][: limits().variables]
    content = pq.read_table(table.path)
    column = next((one.id_short for one in table.fields if label.column in (one.name, one.id_short)), "")
    if column not in content.schema.names:
        return ()
    values = [labels.plain(value) for value in content[column].to_pylist()]
    bad = labels.defects(label)
    defect = np.array([value in bad for value in values], np.bool_)
    parts = _parts(content, np.array([value is not None for value in values], np.bool_), model.split)
    if parts is None:
        return ()
    found = (_window(name, _numbers(content[name]), defect, *parts) for name in _present(names, content))
    return tuple(one for one in found if one is not None)


def _present(names: Iterable[str], content: pa.Table) -> list[str]:
    return [name for name in names if name in content.schema.names]


def _parts(content: pa.Table, known: Rows, split: Split) -> tuple[Rows, Rows] | None:
    """The rows that trained and those that tested, as step 3 parted them; ``None`` where that cannot be told."""
    if split.by == "time" and _TIME in content.schema.names and not split.cut.isdecimal():
        times = content[_TIME]
        known = known & np.array(times.is_valid().to_numpy(), np.bool_)
        us = times.cast(pa.timestamp("us", tz=times.type.tz), safe=False).cast(pa.int64()).fill_null(0).to_numpy()
        before = us < round(datetime.fromisoformat(split.cut).timestamp() * 1e6)
    elif split.by in ("time", "order") and split.cut.isdecimal():
        before = np.cumsum(known) <= int(split.cut)
    else:
        return None
    train, test = known & before, known & ~before
    return (train, test) if (train.sum(), test.sum()) == (split.train_rows, split.test_rows) else None


def _window(name: str, values: NDArray[np.float64], defect: Rows, train: Rows, test: Rows) -> Window | None:
    """The range with the fewest defects in the training part, among those of enough rows; the wider one of two."""
    seen = ~np.isnan(values)
    edges = np.unique(np.quantile(values[train & seen], np.linspace(0, 1, limits().parts + 1)))
    if len(edges) < 3:
        return None
    best: tuple[float, float, float, float] | None = None
    least = limits().least_share * (train & seen).sum()
    for start in range(len(edges) - 1):
        for end in range(start + 1, len(edges)):
            inside = train & seen & (values >= edges[start]) & (values <= edges[end])
            rows = inside.sum()
            if rows >= least and end - start < len(edges) - 1:
                ranked = (float(defect[inside].mean()), -float(rows), float(edges[start]), float(edges[end]))
                best = ranked if best is None else min(best, ranked)
    if best is None:
        return None
    low, high = _short(best[2]), _short(best[3])
    inside = seen & (values >= low) & (values <= high)
    train_counts, test_counts = (_counts(part & seen, inside, defect) for part in (train, test))
    held = _held(train_counts) and _held(test_counts, enough=True)
    return Window(name, low, high, *train_counts, *test_counts, held)


def _counts(part: Rows, inside: Rows, defect: Rows) -> tuple[int, int, int, int]:
    """Rows and defects inside, rows and defects outside."""
    rows, rest = part & inside, part & ~inside
    return int(rows.sum()), int((rows & defect).sum()), int(rest.sum()), int((rest & defect).sum())


def _held(counts: tuple[int, int, int, int], enough: bool = False) -> bool:
    """Whether defects are rarer inside. ``enough``: and whether there are rows and defects enough to say so."""
    rows, defects, rest, others = counts
    limit = limits()
    if (
        not rows
        or not rest
        or (enough and (min(rows, rest) < limit.min_rows or defects + others < limit.min_defects))
    ):
        return False
    return defects / rows <= limit.at_most * others / rest and others > 0


def _short(value: float) -> float:
    """Four digits are what a sentence says; the range that is counted is the one that is told."""
    return float(f"{value:.4g}")


def _numbers(column: Any) -> NDArray[np.float64]:
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    numbers = np.array(column.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64)
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers
