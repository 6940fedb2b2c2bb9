"""The measured figures that a statement may lean on, each with the element that proves it: its submodel and its
idShort path there (IDTA-01002)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from submodels import ai_model
from submodels.ai_model import AIModel
from submodels.field import Field
from submodels.text import Text
from submodels.use_cases import Figure

IMPORTANCE = "Importance"
_RESULTS = f"{ai_model.KIND}/TrainingResults."


def figures(model: AIModel) -> Mapping[str, Figure]:
    """Figures by name: those of the split, the scores and the ONNX check. What was not measured is not there."""
    measured: dict[str, tuple[str, float | None]] = {
        "TestRows": ("Split.TestRows", model.split.test_rows),
        "TestDefects": ("Split.TestDefects", model.split.test_defects if model.label is not None else None),
        "MacroF1": ("MacroF1", model.macro_f1),
        "NaiveMacroF1": ("NaiveMacroF1", model.naive_macro_f1),
        "OnnxDifferences": ("OnnxCheck.Differences", model.onnx.differences),
    }
    measured |= {name: (f"Figures.{name}", value) for name, value in model.figures.items()}
    return {
        name: Figure(name, float(value), "", _RESULTS + path)
        for name, (path, value) in measured.items()
        if value is not None
    }


def heaviest(model: AIModel, count: int) -> tuple[Figure, ...]:
    """The ``count`` variables that weigh most, as figures."""
    return tuple(
        Figure(name, weight, "", f"{_RESULTS}{IMPORTANCE}[{place}].Share")
        for place, (name, weight) in enumerate(model.importance[:count])
    )


def named(variables: Sequence[Figure], fields: Sequence[Field]) -> Text:
    """Variables as people call them, with their idShort and weight."""
    titles = {field.id_short: field.title for field in fields}
    return {
        language: ", ".join(
            _name(figure.name, titles.get(figure.name, {}).get(language, ""), figure.value) for figure in variables
        )
        for language in ("ko", "en")
    }


def _name(id_short: str, title: str, weight: float) -> str:
    shown = f"{title}, {weight:.2f}" if title and title != id_short else f"{weight:.2f}"
    return f"{id_short} ({shown})"
