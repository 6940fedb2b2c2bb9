"""Importance by shuffling (Breiman 2001): what of the score is lost where one variable's cells change places."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aas_server.product.train import exchange
from aas_server.product.train.answer import reached
from aas_server.product.train.bench import Bench, evenly, rounded
from aas_server.product.train.exchange import Session
from aas_server.product.train.settings import baseline
from aas_server.product.train.target import NUMBERS
from submodels.ai_model import Metric


def losses(bench: Bench, session: Session, variables: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """Mean loss in macro F1 (of numbers: in R²) on the test part by variable, the largest first; asked of the ONNX
    file. Nothing where the score is not defined there."""
    numbers = baseline().shuffling
    rows = bench.test[evenly(bench.test.size, numbers.rows)]
    rows = np.union1d(rows, _rare(bench, numbers.rows))
    truth = bench.target.at(rows)
    metric: Metric = "r2" if bench.task in NUMBERS else "macro-f1"
    matrix, texts = bench.cells(rows)
    whole = reached(metric, truth, session.answer(exchange.feeds(matrix, texts)), None)
    if whole is None:
        return ()
    places = {name: place for place, name in enumerate(bench.names)}
    random = np.random.default_rng(bench.seed)
    found = []
    for name in variables[: numbers.variables]:
        place = places[name]
        scores = []
        for _ in range(numbers.repeats):
            order = random.permutation(rows.size)
            moved, said = matrix.copy(), texts.copy()
            if place < matrix.shape[1]:
                moved[:, place] = moved[order, place]
            else:
                said[:, place - matrix.shape[1]] = said[order, place - matrix.shape[1]]
            scores.append(reached(metric, truth, session.answer(exchange.feeds(moved, said)), None) or 0.0)
        found.append((name, rounded(whole - float(np.mean(scores)))))
    return tuple(sorted(found, key=lambda pair: (-pair[1], pair[0])))


def _rare(bench: Bench, most: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Test rows of classes with fewer rows than an even share: an even sample would hold hardly any."""
    codes = bench.target.codes
    if codes is None:
        return np.empty(0, np.int64)
    there = codes[bench.test]
    counts = np.bincount(there, minlength=len(bench.target.classes))
    rare = np.flatnonzero(counts <= most // (2 * max(counts.size, 1)))
    return bench.test[np.isin(there, rare)]
