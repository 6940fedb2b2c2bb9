"""The measured figures that a statement may lean on, each with the element that proves it: its submodel and its
idShort path there (IDTA-01002)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from submodels import ai_model, use_cases
from submodels.ai_model import AIModel
from submodels.field import Field
from submodels.text import Text
from submodels.use_cases import Figure, Window

IMPORTANCE = "Importance"
_RESULTS = f"{ai_model.KIND}/TrainingResults."


def figures(model: AIModel, windows: Sequence[Window] = ()) -> Mapping[str, Figure]:
    """Figures by name. What was not measured is not there."""
    measured: dict[str, tuple[str, float | None]] = {
        "TestRows": ("Split.TestRows", model.split.test_rows),
        "TestDefects": ("Split.TestDefects", model.split.test_defects if model.label is not None else None),
        "MacroF1": ("MacroF1", model.macro_f1),
        "NaiveMacroF1": ("NaiveMacroF1", model.naive_macro_f1),
        "Reached": ("Reached", model.reached),
        "OnnxDifferences": ("OnnxCheck.Differences", model.onnx.differences),
    }
    measured |= {name: (f"Figures.{name}", value) for name, value in model.figures.items()}
    measured |= _baselines(model) | _classes(model) | _errors(model)
    found = {
        name: Figure(name, float(value), model.unit if name.startswith("Error") else "", _RESULTS + path)
        for name, (path, value) in measured.items()
        if value is not None
    }
    if model.confusion is not None:
        found["ClassCount"] = Figure(
            "ClassCount", float(len(model.confusion.labels)), "", f"{ai_model.KIND}/Outputs.Dimension1.Size"
        )
    return {**found, **_tries(windows)} if windows else found


def _baselines(model: AIModel) -> dict[str, tuple[str, float | None]]:
    return {
        f"{one.name.capitalize()}Score": (f"Baselines[{at}].Score", one.score)
        for at, one in enumerate(model.evaluation.baselines)
    }


def _classes(model: AIModel) -> dict[str, tuple[str, float | None]]:
    """The one that is found least."""
    at = worst(model)
    if at is None:
        return {}
    one = model.evaluation.classes[at]
    return {
        "WorstRecall": (f"Classes[{at}].Recall", one.recall),
        "WorstRows": (f"Classes[{at}].TestRows", one.test_rows),
    }


def worst(model: AIModel) -> int | None:
    """The place of the class with the lowest recall among those that the test part holds."""
    known = [(one.recall, at) for at, one in enumerate(model.evaluation.classes) if one.recall is not None]
    return min(known)[1] if known else None


def _errors(model: AIModel) -> dict[str, tuple[str, float | None]]:
    """The outermost quantiles of the error."""
    residuals = model.evaluation.residuals
    if residuals is None or len(residuals.quantiles) < 2:
        return {}
    last = len(residuals.quantiles) - 1
    found: dict[str, tuple[str, float | None]] = {}
    for end, at in (("Low", 0), ("High", last)):
        share, value = residuals.quantiles[at]
        found[f"{end}Share"] = (f"Residuals.Quantiles[{at}].Share", share)
        found[f"Error{end}"] = (f"Residuals.Quantiles[{at}].Value", value)
    return found


def _tries(windows: Sequence[Window]) -> Mapping[str, Figure]:
    at = f"{use_cases.KIND}/"
    held = sum(one.held for one in windows)
    return {
        "WindowsTried": Figure("WindowsTried", float(len(windows)), "", f"{at}WindowsTried"),
        "WindowsHeld": Figure("WindowsHeld", float(held), "", f"{at}WindowsHeld"),
    }


def of_window(window: Window, place: int, unit: str) -> Mapping[str, Figure]:
    """The figures of one range; ``place``: its place in the submodel."""
    at = f"{use_cases.KIND}/Windows[{place}]."
    values = {
        "WindowLow": ("Low", window.low, unit),
        "WindowHigh": ("High", window.high, unit),
        "WindowRows": ("TestRows", window.test_rows, ""),
        "WindowDefects": ("TestDefects", window.test_defects, ""),
        "RestRows": ("TestRestRows", window.test_rest_rows, ""),
        "RestDefects": ("TestRestDefects", window.test_rest_defects, ""),
    }
    return {name: Figure(name, float(value), unit, at + path) for name, (path, value, unit) in values.items()}


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
