"""What a model that learnt nothing would reach: its own answers, dealt out to the test rows at random."""

from __future__ import annotations

import numpy as np

from aas_server.product.train.answer import Answer, reached
from aas_server.product.train.bench import evenly
from aas_server.product.train.settings import baseline
from aas_server.product.train.target import Target
from submodels.ai_model import Metric


def line(metric: Metric, truth: Target, answer: Answer, naive: Answer | None, seed: int) -> float | None:
    """The score in ``metric`` that has to be exceeded for more than luck: mean and so many standard deviations of
    the scores of ``answer`` in random order (a permutation test; Ojala, Garriga 2010). ``None`` where the metric
    is not defined. The same line for the same seed."""
    numbers, rows = baseline().chance, truth.rows
    seen = evenly(rows, numbers.rows)
    there = truth.at(seen)
    beside = None if naive is None else naive.at(seen)
    random = np.random.default_rng(seed)
    scores = [
        reached(metric, there, answer.at(seen[random.permutation(seen.size)]), beside)
        for _ in range(numbers.shuffles)
    ]
    known = np.array([score for score in scores if score is not None])
    return float(known.mean() + numbers.deviations * known.std()) if known.size else None
