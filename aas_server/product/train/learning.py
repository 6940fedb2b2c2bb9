"""Which baseline: behind this door lie the libraries of the optional extra ``model``."""

from __future__ import annotations

from aas_server.product.recipe import Recipe
from aas_server.product.train import exchange, leaks, pictures, view
from aas_server.product.train.bench import Bench, Result
from aas_server.product.train.classify import classify
from aas_server.product.train.detect import detect
from aas_server.product.train.gallery import Gallery, look
from aas_server.product.train.regress import regress
from aas_server.product.train.target import NUMBERS
from submodels.ai_results import Leak
from submodels.field import Field

__all__ = ["learn", "look", "suspicions"]


def learn(bench: Bench, gallery: Gallery | None) -> Result:
    """The baseline of the bench's task. ``gallery``: the pictures, where it learns from some.

    Raises ``BadInput`` where the ONNX file answers otherwise than the original.
    """
    seen = pictures.of_gallery(bench, gallery) if gallery is not None else view.of_table(bench)
    if bench.task in NUMBERS:
        result = regress(bench, seen)
    else:
        result = classify(bench, seen) if bench.task == "classification" else detect(bench, seen)
    exchange.accept(int(bench.test.size), result.differences)
    return result


def suspicions(bench: Bench, result: Result, recipe: Recipe, fields: tuple[Field, ...]) -> tuple[Leak, ...]:
    """Where the test part may flatter the model."""
    return leaks.find(bench, result, recipe, fields)
