"""What may be said of a model: weak or not, and why, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aas_server.messages import in_all
from aas_server.product.train.settings import baseline
from aas_server.product.train.target import Target
from aas_server.product.train.words import listed
from submodels.ai_model import Metric
from submodels.ai_results import Leak
from submodels.text import Text


@dataclass(frozen=True, slots=True)
class Scores:
    """In ``metric`` on the test part; ``None``: not defined there, or not measured. ``chance``: what a model that
    learnt nothing reaches with luck."""

    metric: Metric
    model: float | None
    naive: float | None
    linear: float | None
    chance: float | None = None


def judge(scores: Scores, truth: Target, acceptance: float, leaks: Sequence[Leak]) -> tuple[bool, Text]:
    """``(weak, verdict)``. Weak: below ``acceptance``, no better than the naive guess or luck, with a leak
    suspected, or not to be judged at all (no label, a class missing in the test part, too few rows of one). That a
    linear model does as well or better is said, and is no fault of the one that reaches the line."""
    if not truth.known or (truth.task == "anomaly-detection" and not truth.is_defect):
        return True, in_all("train-verdict-no-label")
    reached = scores.model
    if reached is None:
        return True, _unjudged(truth)
    rarest = truth.rarest
    values = _values(scores, truth, acceptance, rarest)
    least = baseline().limits.min_test_defects
    if truth.codes is not None and rarest < least:
        return True, in_all("train-verdict-few", least=least, **values)
    guessed, linear = scores.naive, scores.linear
    if guessed is not None and reached <= guessed:
        return True, in_all("train-verdict-naive", **values)
    if scores.chance is not None and reached <= scores.chance:
        return True, in_all("train-verdict-chance", chance=scores.chance, **values)
    simpler = linear is not None and (reached < linear or reached == linear < 1)
    if reached < acceptance:
        return True, in_all("train-verdict-linear" if simpler else "train-verdict-below", **values)
    suspected = [leak for leak in leaks if leak.severity == "suspected"]
    if suspected:
        columns = sorted({column for leak in suspected for column in leak.columns})
        key = "train-verdict-leak" if columns else "train-verdict-leak-rows"
        return True, in_all(key, columns=listed(columns), **values)
    good = "train-verdict-good" if truth.codes is not None else "train-verdict-good-number"
    return False, in_all(f"{good}-simpler" if simpler else good, **values)


def _values(scores: Scores, truth: Target, acceptance: float, rarest: int) -> Mapping[str, object]:
    return {
        "metric": in_all(f"train-metric-{scores.metric}"),
        "reached": scores.model,
        "guessed": _shown(scores.naive),
        "linear": _shown(scores.linear),
        "acceptance": acceptance,
        "defects": rarest,
        "fewest": in_all("train-word-defects" if truth.is_defect else "train-word-rarest"),
        "rows": truth.rows,
    }


def _unjudged(truth: Target) -> Text:
    if truth.values is not None:
        return in_all("train-verdict-no-spread", rows=truth.rows)
    counts = truth.counts()
    if not truth.is_defect:
        return in_all("train-verdict-one-class", rows=truth.rows)
    return in_all("train-verdict-no-good" if counts[1] else "train-verdict-no-defect", rows=truth.rows)


def _shown(value: float | None) -> Text | str:
    return in_all("train-word-unmeasured") if value is None else f"{value:.3f}"
