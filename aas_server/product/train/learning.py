"""Which baseline: behind this door lie the libraries of the optional extra ``model``."""

from __future__ import annotations

from aas_server.product.train.bench import Bench, Result
from aas_server.product.train.classify import classify
from aas_server.product.train.detect import detect


def learn(bench: Bench) -> Result:
    """A classifier where the training part holds both classes, else an anomaly detector."""
    return classify(bench) if bench.teachable else detect(bench)
