"""Curves by threshold and calibration, by plain counting, thinned to what a plot needs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aas_server.product.train.settings import baseline
from submodels.ai_results import Bin, Calibration, Curve

DECIMALS = 6
Truth = NDArray[np.bool_]
Chances = NDArray[np.float64]


def average_precision(truth: Truth, chances: Chances) -> float:
    """Σ (recall_n − recall_{n−1}) · precision_n over falling thresholds (as scikit-learn has it)."""
    hits, named, _ = _falling(truth, chances)
    recall, precision = hits / truth.sum(), hits / named
    return float((np.diff(recall, prepend=0.0) * precision).sum())


def precision_recall(label: str, truth: Truth, chances: Chances) -> Curve | None:
    """``None`` where only one of both occurs."""
    if truth.all() or not truth.any():
        return None
    hits, named, thresholds = _falling(truth, chances)
    area = average_precision(truth, chances)
    return _curve("precision-recall", label, area, hits / truth.sum(), hits / named, thresholds)


def roc(label: str, truth: Truth, chances: Chances) -> Curve | None:
    """False alarms by good rows against recall; ``None`` where only one of both occurs."""
    if truth.all() or not truth.any():
        return None
    hits, named, thresholds = _falling(truth, chances)
    across, up = (named - hits) / (~truth).sum(), hits / truth.sum()
    area = float(np.trapezoid(np.concatenate(([0.0], up)), np.concatenate(([0.0], across))))
    return _curve("roc", label, area, across, up, thresholds)


def calibration(label: str, truth: Truth, chances: Chances) -> Calibration:
    """Ten even bins of the told probability; expected calibration error Σ rows/all · |told − came true| (Naeini,
    Cooper, Hauskrecht 2015); Brier score."""
    count = baseline().plots.bins
    place = np.minimum((chances * count).astype(np.int64), count - 1)
    bins = []
    for number in np.unique(place):
        of = place == number
        told, true = float(chances[of].mean()), float(truth[of].mean())
        bins.append(Bin(int(number) / count, (int(number) + 1) / count, int(of.sum()), _short(told), _short(true)))
    error = sum(one.rows * abs(one.predicted - one.observed) for one in bins) / truth.size
    brier = float(((chances - truth) ** 2).mean())
    return Calibration(label, _short(brier), _short(error), tuple(bins))


def _falling(truth: Truth, chances: Chances) -> tuple[NDArray[np.float64], NDArray[np.float64], Chances]:
    """Hits and named rows at each distinct threshold, from the highest down."""
    order = np.argsort(-chances, kind="stable")
    ranked = chances[order]
    last = np.concatenate((np.flatnonzero(np.diff(ranked)), [ranked.size - 1]))
    hits = np.cumsum(truth[order])[last].astype(np.float64)
    return hits, (last + 1).astype(np.float64), ranked[last]


def _curve(kind: str, label: str, area: float, across: Chances, up: Chances, thresholds: Chances) -> Curve:
    kept = _thinned(across, up)
    assert kind in ("precision-recall", "roc")
    return Curve(
        kind,  # type: ignore[arg-type]
        label,
        _short(area),
        tuple(_short(value) for value in across[kept]),
        tuple(_short(value) for value in up[kept]),
        tuple(_short(value) for value in thresholds[kept]),
    )


def _thinned(across: Chances, up: Chances) -> NDArray[np.int64]:
    """Places evenly spread along the drawn curve, both ends among them."""
    most = baseline().plots.points
    if across.size <= most:
        return np.arange(across.size)
    length = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(across), np.diff(up)))))
    wanted = np.linspace(0.0, length[-1], most)
    return np.unique(np.minimum(np.searchsorted(length, wanted), across.size - 1))


def _short(value: float) -> float:
    return round(float(value), DECIMALS)
