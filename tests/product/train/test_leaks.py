"""Leaks are found, counted and named with their columns; a model they explain is not called good."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aas_server.product.train.leaks.columns import luck

Build = Callable[..., Any]


def leaks(built: Any) -> dict[str, Any]:
    return {leak.kind: leak for leak in built.model.evaluation.leaks}


def test_clean_data_have_no_leak(build: Build, shots: pd.DataFrame) -> None:
    assert leaks(build(shots, label="bad")) == {}


def test_the_label_in_other_words_is_suspected(build: Build, shots: pd.DataFrame) -> None:
    table = shots.assign(remark=np.where(shots["bad"] == 1, "rework", "ship"))
    built = build(table, label="bad")
    leak = leaks(built)["label-in-column"]
    assert (leak.severity, leak.columns, leak.count) == ("suspected", ("remark",), 1500)
    assert built.model.macro_f1 == 1.0 and built.model.weak and built.model.leak_suspected
    assert "Leak suspected" in built.model.verdict["en"] and "modelling.leave_out" in built.model.verdict["en"]
    assert "remark" in built.model.texts  # told, never taken away unasked
    trusted = build(table, label="bad", known_before=("remark",))
    assert leaks(trusted)["label-in-column"].severity == "note" and not trusted.model.weak
    left_out = build(table, label="bad", leave_out=("remark",))
    assert leaks(left_out) == {} and not left_out.model.weak


def test_a_copy_of_the_label_with_holes_is_suspected(build: Build, shots: pd.DataFrame) -> None:
    few = shots.head(400)
    table = few.assign(
        copy=few["bad"] * 1.0,
        word=np.where(few["bad"] == 1, "불량", "양품"),
        later=few["bad"].shift(-1).map({0: "가", 1: "나"}),
    )
    table.loc[::30, "copy"], table.loc[1::3, "word"], table.loc[2::15, "later"] = np.nan, None, None
    found = [leak for leak in build(table, label="bad").model.evaluation.leaks if leak.severity == "suspected"]
    assert [(leak.kind, leak.columns) for leak in found] == [
        ("label-in-column", ("copy",)),
        ("label-in-column", ("word",)),
        ("future", ("later",)),
    ]
    assert found[0].count == table["copy"].notna().sum() and found[1].count == table["word"].notna().sum()


def test_few_rows_are_cut_apart_by_chance(build: Build, shots: pd.DataFrame) -> None:
    """Eight leaves tell any two defects among 25 rows by any column."""
    table = shots.head(25).assign(bad=np.isin(range(25), [4, 20]).astype(int))
    assert leaks(build(table, label="bad")) == {}


def test_how_likely_few_stretches_are() -> None:
    """Against all orders there are."""
    for rows, rare, runs in ((8, 3, 2), (8, 3, 3), (9, 4, 5), (7, 1, 3), (10, 2, 4)):
        orders = np.array([np.isin(range(rows), places) for places in combinations(range(rows), rare)])
        few = (np.diff(orders.astype(int), axis=1) != 0).sum(axis=1) + 1 <= runs
        assert luck(rows, rare, runs) == pytest.approx(few.mean())


def test_a_reason_that_only_defects_have_is_suspected(build: Build, shots: pd.DataFrame) -> None:
    table = shots.assign(code=np.where(shots["bad"] == 1, shots["noise"].round(1), np.nan))
    leak = leaks(build(table, label="bad"))["label-in-gaps"]
    assert (leak.severity, leak.columns) == ("suspected", ("code",))


def test_a_later_label_in_a_column_is_suspected(build: Build, shots: pd.DataFrame) -> None:
    few = shots.head(400)
    ahead = {"plain": (1, {0: 0, 1: 1}), "coded": (2, {0: 10, 1: 20}), "worded": (1, {0: "양호", 1: "불량"})}
    written = {name: few["bad"].shift(-steps).map(words) for name, (steps, words) in ahead.items()}
    found = [
        leak for leak in build(few.assign(**written), label="bad").model.evaluation.leaks if leak.kind == "future"
    ]
    assert [leak.columns for leak in found] == [(name,) for name in ahead]
    for leak, (steps, _) in zip(found, ahead.values(), strict=True):
        assert (leak.severity, leak.count) == ("suspected", 400 - steps)
        assert f"{steps} rows later" in leak.sentence["en"]


def test_a_later_number_in_another_unit_is_suspected(build: Build, shots: pd.DataFrame) -> None:
    few = shots.head(400)
    table = few.drop(columns="bad").assign(upstream=few["temperature"].shift(-1) * 1.8 + 32)
    found = leaks(build(table, label="temperature", defect=(), task="regression"))
    assert (found["future"].severity, found["future"].count) == ("suspected", 399)


def test_a_steady_column_beside_rare_defects_tells_nothing(build: Build, shots: pd.DataFrame) -> None:
    rare = shots["bad"].where(np.arange(1500) % 3 == 0, 0).iloc[::-1].reset_index(drop=True)
    table = shots.assign(bad=rare, switch=np.r_[1, np.zeros(1499)])
    assert "future" not in leaks(build(table, label="bad"))


def test_a_number_that_is_the_target_scaled_is_suspected(build: Build, shots: pd.DataFrame) -> None:
    few = shots.head(400).drop(columns="bad")
    table = few.assign(fahrenheit=few["temperature"] * 1.8 + 32, decibel=np.log(few["temperature"] - 200))
    built = build(table, label="temperature", defect=(), task="regression")
    found = [leak.columns for leak in built.model.evaluation.leaks if leak.kind == "label-in-column"]
    assert found == [("fahrenheit",), ("decibel",)]
    assert built.model.weak


def test_rows_on_both_sides_explain_a_score(build: Build, shots: pd.DataFrame) -> None:
    """Noise alone, learnt by heart: good rows repeat, defects do, and the model passes on them only."""
    blind = shots[["Time", "noise", "bad"]].assign(second=shots["noise"].sample(frac=1, random_state=4).to_numpy())
    blind["bad"] = (np.arange(len(blind)) % 3 == 0).astype(int)
    columns = ["noise", "second", "bad"]
    blind.loc[1050:1449, columns] = blind.loc[0:399, columns].to_numpy()
    built = build(blind, label="bad")
    leak = leaks(built)["repeated-rows"]
    assert leak.count == 400
    if built.model.macro_f1 >= 0.8:
        assert leak.severity == "suspected" and built.model.weak and "repeat" in built.model.verdict["en"]
    else:
        assert leak.severity == "warning" and built.model.weak


def test_what_repeats_leaves_too_few_rows_to_judge_by(build: Build, shots: pd.DataFrame) -> None:
    """The rest passes, but holds too few defects to say so."""
    table, columns = shots.copy(), ["pressure", "temperature", "noise", "bad"]
    table.loc[1080:, columns] = table.loc[:419, columns].to_numpy()
    built = build(table, label="bad")
    leak = leaks(built)["repeated-rows"]
    assert (leak.severity, leak.count) == ("suspected", 420)
    assert built.model.weak and "too few are left to judge by" in built.model.verdict["en"]


def test_nearly_equal_rows_are_counted(build: Build, shots: pd.DataFrame) -> None:
    table = shots.copy()
    table.loc[1400:1424, ["pressure", "temperature", "noise"]] = (
        table.loc[0:24, ["pressure", "temperature", "noise"]].round(9).to_numpy() + 1e-9
    )
    assert leaks(build(table, label="bad"))["near-repeated-rows"].count == pytest.approx(25, abs=1)


def test_what_the_recipe_risks_is_named(build: Build, shots: pd.DataFrame) -> None:
    table = shots.assign(
        lot=np.arange(len(shots)) % 5, serial=np.arange(len(shots)), verdict=shots["noise"].round()
    )
    found = leaks(build(table, label="bad", split="random", group="lot"))
    assert found["random-split"].severity == "warning"
    assert found["shared-group"].count == 5
    assert found["counter"].columns == ("serial",)
    assert found["known-afterwards"].columns == ("verdict",)
