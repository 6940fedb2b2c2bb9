"""What a model says of a row, in the words of its task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aas_server.product.predicting.inputs import Inputs
from aas_server.product.predicting.signature import Signature
from submodels.ai_model import AIModel

DIGITS = 7
"""As many as a float32 holds; more would be noise."""
_USUAL = ("usual", "anomaly")
_BINARY = ("good", "defect")


def answers(signature: Signature, given: Inputs, outputs: Mapping[str, NDArray[Any]]) -> list[dict[str, Any]]:
    """One answer a row: its class with probabilities, its class with a score, or its value; ``missing`` and
    ``outside`` name the features that were, where there are any."""
    told = said(signature.model, outputs)
    names = [feature.id_short for feature in signature.features]
    for key, marks in (("missing", given.missing), ("outside", given.outside)):
        for row in np.flatnonzero(marks.any(axis=1)):
            told[row][key] = [names[at] for at in np.flatnonzero(marks[row])]
    return told


def classes(model: AIModel) -> tuple[str, ...]:
    """The names of the classes that a model tells apart, in the order of its output; none for a value."""
    if model.task == "anomaly-detection":
        return _USUAL
    if model.confusion is not None:
        return model.confusion.labels
    return _BINARY if model.task == "classification" else ()


def said(model: AIModel, outputs: Mapping[str, NDArray[Any]]) -> list[dict[str, Any]]:
    """The outputs of a run in the words of the model's task."""
    named = classes(model)
    if not named:
        (values,) = (rounded(values.ravel()) for values in outputs.values())
        return [{"value": value} for value in values]
    told: list[dict[str, Any]] = [{"class": named[label]} for label in outputs["label"].ravel().tolist()]
    if "scores" in outputs:
        for one, score in zip(told, rounded(outputs["scores"].ravel()), strict=True):
            one["score"] = score
    if "probabilities" in outputs:
        for one, shares in zip(told, rounded(outputs["probabilities"]), strict=True):
            one["probabilities"] = dict(zip(named, shares, strict=True))
    return told


def rounded(values: NDArray[Any]) -> list[Any]:
    """Plain numbers with as many digits as a float32 holds."""
    finest: list[Any] = np.round(values.astype(np.float64), DIGITS).tolist()
    return finest
