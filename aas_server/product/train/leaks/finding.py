"""All leaks of a bench, in words, and how grave each is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aas_server.messages import in_all
from aas_server.product.outcomes import is_outcome
from aas_server.product.recipe import Recipe
from aas_server.product.train.answer import reached
from aas_server.product.train.bench import Bench, Result, probe, rounded
from aas_server.product.train.leaks import columns, future, rows
from aas_server.product.train.settings import baseline
from aas_server.product.train.words import listed
from submodels.ai_results import Leak, LeakKind, Severity
from submodels.field import Field


def find(bench: Bench, result: Result, recipe: Recipe, fields: tuple[Field, ...]) -> tuple[Leak, ...]:
    """Leaks of the split first, then of columns. One is ``suspected`` where it would explain a good score: the
    model must then not be called good."""
    found = [*_split(bench, recipe), *_rows(bench, result, recipe)]
    if not bench.examples.pictures:
        found += _columns(bench, recipe, fields)
    return tuple(found)


def _split(bench: Bench, recipe: Recipe) -> list[Leak]:
    found = []
    if recipe.modelling.split == "random":
        found.append(_leak("random-split", "warning", int(bench.test.size), (), rows=int(bench.test.size)))
    groups = bench.examples.groups
    if groups is not None and recipe.modelling.split != "group":
        shared = np.intersect1d(groups[bench.train], groups[bench.test])
        if shared.size:
            column = recipe.modelling.group or ""
            found.append(_leak("shared-group", "warning", int(shared.size), (column,), groups=int(shared.size)))
    return found


def _rows(bench: Bench, result: Result, recipe: Recipe) -> list[Leak]:
    there = rows.repeated(bench)
    found = []
    if there.same.any():
        found.append(_repeated("repeated-rows", there.same, bench, result, recipe))
    if bench.target.known and (there.near & ~there.same).any():
        found.append(_repeated("near-repeated-rows", there.near, bench, result, recipe))
    return found


def _repeated(kind: LeakKind, which: NDArray[np.bool_], bench: Bench, result: Result, recipe: Recipe) -> Leak:
    """Suspected where the score passes with these rows and without them does not, or too few are left to tell."""
    count = int(which.sum())
    grave = bench.target.known and which.mean() >= baseline().leaks.repeated_share
    severity: Severity = "warning" if grave else "note"
    truth = bench.target.at(bench.test)
    naive = result.guesses.get("naive", ("", None))[1]
    line = recipe.modelling.acceptance
    whole = reached(bench.metric, truth, result.answer, naive)
    kept = np.flatnonzero(~which)
    others = truth.at(kept)
    beside = naive.at(kept) if naive is not None else None
    rest = reached(bench.metric, others, result.answer.at(kept), beside) if kept.size else None
    few = others.codes is not None and others.rarest < baseline().limits.min_test_defects
    if whole is not None and whole >= line and severity == "warning" and (few or rest is None or rest < line):
        severity = "suspected"
    if rest is None:
        return _leak(kind, severity, count, (), rows=count, share=float(which.mean()))
    sentence = in_all(f"train-leak-{kind}-without", rows=count, share=float(which.mean()), rest=rounded(rest))
    return Leak(kind, severity, count, (), sentence)


def _columns(bench: Bench, recipe: Recipe, fields: tuple[Field, ...]) -> list[Leak]:
    names = {field.id_short: field.name for field in fields}
    trusted = {
        field.id_short
        for field in fields
        if field.name in recipe.modelling.known_before or field.id_short in recipe.modelling.known_before
    }

    def grave(column: str, severity: Severity) -> Severity:
        return "note" if column in trusted else severity

    found = []
    told = set()
    for one in columns.telling(bench, probe(bench)):
        kind: LeakKind = "label-in-gaps" if one.by_gaps else "label-in-column"
        told.add(one.column)
        values = {"column": one.column, "score": one.score, "rows": one.rows}
        found.append(_leak(kind, grave(one.column, "suspected"), one.rows, (one.column,), **values))
    for later in future.ahead(bench):
        told.add(later.column)
        values = {"column": later.column, "steps": later.steps, "rows": later.rows}
        found.append(_leak("future", grave(later.column, "suspected"), later.rows, (later.column,), **values))
    known = tuple(name for name in bench.names if is_outcome(names.get(name, name)) and name not in told | trusted)
    if known and bench.target.known:
        found.append(_leak("known-afterwards", "warning", len(known), known, columns=listed(known)))
    counting = tuple(name for name in future.counters(bench) if name not in told | trusted)
    if counting:
        found.append(_leak("counter", "warning", len(counting), counting, columns=listed(counting)))
    return [*found, *_nearest(bench, recipe, fields)]


def _nearest(bench: Bench, recipe: Recipe, fields: tuple[Field, ...]) -> list[Leak]:
    """Joins that take the nearest row of another stream may take one of later."""
    found = []
    for join in recipe.cleaning.join:
        if join.direction == "nearest":
            wanted = set(join.columns)
            named = tuple(
                field.id_short for field in fields if field.id_short in bench.names and field.name in wanted
            )
            sentence = in_all("train-leak-nearest", stream=join.stream, seconds=join.tolerance)
            found.append(Leak("future", "warning", len(named), named, sentence))
    return found


def _leak(kind: LeakKind, severity: Severity, count: int, concerned: tuple[str, ...], **values: object) -> Leak:
    return Leak(kind, severity, count, concerned, in_all(f"train-leak-{kind}", **values))
