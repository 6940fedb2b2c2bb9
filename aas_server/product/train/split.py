"""Which rows train and which test: the past and the rest, or whole groups. A random split leaks: near-equal shots
lie together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aas_server.clock import from_ns, iso
from aas_server.errors import BadInput
from aas_server.messages import in_all
from aas_server.product.recipe import Modelling
from aas_server.product.train.words import shortened
from submodels.ai_parts import Part
from submodels.text import Text


@dataclass(frozen=True, slots=True)
class Parts:
    """Row numbers of both parts, ascending. ``cut``: where, in words of ``by`` (see ``ai_parts.Split``)."""

    train: NDArray[np.int64]
    test: NDArray[np.int64]
    by: Part
    cut: str
    train_groups: int | None = None
    test_groups: int | None = None
    notes: tuple[Text, ...] = ()


def part(
    times: NDArray[np.int64] | None, groups: Sequence[str] | NDArray[np.str_] | None, rows: int, how: Modelling
) -> Parts:
    """Split ``rows`` rows, which stand in the order of time. ``groups``: each row's group, where one is declared.

    Raises ``BadInput`` for a split by group where there is one group only.
    """
    if how.split == "random":
        return _random(rows, how)
    if how.split == "group":
        assert groups is not None, "the recipe's reader asks for the group's column"
        return _by_group(np.asarray(groups), how)
    train_rows, by_time = cut(times, rows, how.test_share)
    everyone = np.arange(rows)
    notes = (in_all("train-note-one-moment"),) if times is not None and not by_time else ()
    where = place(times if by_time else None, train_rows)
    return Parts(everyone[:train_rows], everyone[train_rows:], "time" if by_time else "order", where, notes=notes)


def cut(times: NDArray[np.int64] | None, rows: int, test_share: float) -> tuple[int, bool]:
    """``(number of training rows, whether time could decide)``.

    ``times`` ascend. The cut moves to the nearest change of time, so rows of one moment stay on one side; where
    all rows are of one moment (or bear no time) it goes by row order.
    """
    wanted = min(max(round(rows * (1 - test_share)), 1), rows - 1)
    if times is None:
        return wanted, False
    earlier = int(np.searchsorted(times, times[wanted], side="left"))
    later = int(np.searchsorted(times, times[wanted], side="right"))
    possible = [place for place in (earlier, later) if 0 < place < rows]
    if not possible:
        return wanted, False
    return min(possible, key=lambda place: (abs(place - wanted), place)), True


def place(times: NDArray[np.int64] | None, train_rows: int) -> str:
    """The cut as text: the first moment of the test part (ISO 8601 UTC), or its row number from 0."""
    return str(train_rows) if times is None else iso(from_ns(int(times[train_rows]) * 1000))


def _by_group(groups: NDArray[np.str_], how: Modelling) -> Parts:
    """Whole groups test until the share of rows is reached: the last ones to begin, or drawn ones."""
    names, first, codes, sizes = np.unique(groups, return_index=True, return_inverse=True, return_counts=True)
    if names.size < 2:
        raise BadInput("train-one-group", column=how.group, group=str(names[0]))
    order = np.argsort(first, kind="stable")[::-1]
    if how.groups == "drawn":
        order = np.random.default_rng(how.seed).permutation(names.size)
    reached = np.cumsum(sizes[order])
    wanted = how.test_share * groups.size
    count = int(np.argmin(np.abs(reached - wanted))) + 1
    tested = order[: min(count, names.size - 1)]
    in_test = np.isin(codes, tested)
    shown = shortened([str(names[one]) for one in sorted(tested, key=lambda one: int(first[one]))])
    key = "train-note-groups-drawn" if how.groups == "drawn" else "train-note-groups-last"
    note = in_all(key, column=how.group, groups=names.size, test=tested.size, seed=how.seed)
    return Parts(
        np.flatnonzero(~in_test),
        np.flatnonzero(in_test),
        "group",
        shown,
        int(names.size - tested.size),
        int(tested.size),
        (note,),
    )


def _random(rows: int, how: Modelling) -> Parts:
    drawn = np.random.default_rng(how.seed).permutation(rows)
    test = min(max(round(rows * how.test_share), 1), rows - 1)
    return Parts(np.sort(drawn[test:]), np.sort(drawn[:test]), "random", str(how.seed))
