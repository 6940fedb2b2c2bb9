"""AIModelNameplate (IDTA 02060): the model of step 3 with its figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from basyx.aas import model

from submodels import elements, reading
from submodels.text import Text

KIND = "AIModelNameplate"


@dataclass(frozen=True, slots=True)
class Confusion:
    """Rows are true classes, columns predicted ones, in the order of ``labels``; counts of the test part."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Split:
    """Split by time: everything before ``cut`` (ISO 8601, or a row number without time) trains."""

    cut: str
    train_rows: int
    test_rows: int
    train_defects: int
    test_defects: int


@dataclass(frozen=True, slots=True)
class OnnxCheck:
    """The ONNX file (float32) against the original on the test part."""

    rows: int
    differences: int


@dataclass(frozen=True, slots=True)
class AIModel:
    """``macro_f1`` and ``naive_macro_f1`` are ``None`` for anomaly detection without a label; then ``figures``
    says what was measured instead. ``weak``: below ``acceptance`` or no better than the naive guess; ``verdict``
    says so in words."""

    id: str
    task: Literal["classification", "anomaly-detection"]
    algorithm: str
    framework: str
    label: str | None
    positive: str | None
    features: tuple[str, ...]
    split: Split
    acceptance: float
    macro_f1: float | None
    naive_macro_f1: float | None
    confusion: Confusion | None
    importance: tuple[tuple[str, float], ...]
    onnx: OnnxCheck
    weak: bool
    verdict: Text
    hyperparameters: Mapping[str, str]
    figures: Mapping[str, float]
    notes: tuple[Text, ...] = ()
    storage: str = ""
    version: str = "1"


_LEARNING: dict[str, Text] = {
    "classification": {"ko": "지도 학습", "en": "supervised"},
    "anomaly-detection": {"ko": "비지도 학습", "en": "unsupervised"},
}
_OUTPUT: dict[str, Text] = {
    "classification": {"ko": "부류", "en": "class"},
    "anomaly-detection": {"ko": "이상 여부", "en": "whether it is an anomaly"},
}
_HYPERPARAMETER = "https://aas-data-product.example/ids/smt/AIModelNameplate/1/0/Hyperparameter/"
_FIGURE = "https://aas-data-product.example/ids/smt/AIModelNameplate/1/0/TrainingResults/Figures/"


def to_submodel(trained: AIModel, contact: str = "") -> model.Submodel:
    """``contact``: id of the ContactInformation submodel the template demands a reference to; by default the one
    beside this submodel (the same id but for its last part)."""
    contact = contact or trained.id.removesuffix(KIND) + "ContactInformation"
    classes = len(trained.confusion.labels) if trained.confusion else 1
    return elements.submodel(
        KIND,
        trained.id,
        {
            "URIOfTheProduct": f"{trained.id}#model",
            "Version": trained.version,
            "ContactInformation": elements.submodel_reference(contact),
            "Storage": trained.storage,
            "KindOfLearning": _LEARNING[trained.task],
            "Inputs": {
                "KindOfInput": "table row (float32)",
                "Dimension1": {"Size": str(len(trained.features)), "Information": "one value per feature"},
                "Features": list(trained.features),
            },
            "Outputs": {"Dimension1": {"Size": str(classes), "Result": _OUTPUT[trained.task]}},
            "TrainingResults": _results(trained),
            "Details": {"FileExtension": ".onnx", "AIFramework": trained.framework, "ProgramLanguage": "Python"},
            "AITypeSpecificInformation": {
                "Hyperparameter": elements.named(
                    {name: ("xs:string", value) for name, value in trained.hyperparameters.items()},
                    lambda name: _HYPERPARAMETER + quote(name),
                ),
                "Type": {"en": trained.algorithm},
            },
        },
    )


def from_submodel(submodel: model.Submodel) -> AIModel:
    said = reading.values_of(submodel, KIND)
    results, specific = said["TrainingResults"], said["AITypeSpecificInformation"]
    confusion = results.get("Confusion")
    return AIModel(
        id=submodel.id,
        task=results["Task"],
        algorithm=specific["Type"]["en"],
        framework=said["Details"]["AIFramework"],
        label=results.get("Label"),
        positive=results.get("Positive"),
        features=tuple(said["Inputs"].get("Features", ())),
        split=_split(results["Split"]),
        acceptance=results["Acceptance"],
        macro_f1=results.get("MacroF1"),
        naive_macro_f1=results.get("NaiveMacroF1"),
        confusion=Confusion(tuple(confusion["Labels"]), tuple(tuple(row) for row in confusion["Counts"]))
        if confusion
        else None,
        importance=tuple((one["Feature"], one["Share"]) for one in results["Importance"]),
        onnx=OnnxCheck(results["OnnxCheck"]["Rows"], results["OnnxCheck"]["Differences"]),
        weak=results["Weak"],
        verdict=results["Verdict"],
        hyperparameters=reading.named_of(specific.get("Hyperparameter", {}).values()),
        figures=reading.named_of(results["Figures"].values()),
        notes=tuple(results.get("Notes", ())),
        storage=said["Storage"],
        version=said["Version"],
    )


def _results(trained: AIModel) -> dict[str, Any]:
    split, confusion = trained.split, trained.confusion
    return {
        "Task": trained.task,
        "Label": trained.label,
        "Positive": trained.positive,
        "Acceptance": trained.acceptance,
        "MacroF1": trained.macro_f1,
        "NaiveMacroF1": trained.naive_macro_f1,
        "Weak": trained.weak,
        "Verdict": trained.verdict,
        "Split": {
            "Cut": split.cut,
            "TrainRows": split.train_rows,
            "TestRows": split.test_rows,
            "TrainDefects": split.train_defects,
            "TestDefects": split.test_defects,
        },
        "Confusion": {"Labels": list(confusion.labels), "Counts": [list(row) for row in confusion.counts]}
        if confusion
        else None,
        "Importance": [{"Feature": name, "Share": share} for name, share in trained.importance],
        "OnnxCheck": {"Rows": trained.onnx.rows, "Differences": trained.onnx.differences},
        "Figures": elements.named(
            {name: ("xs:double", value) for name, value in trained.figures.items()},
            lambda name: _FIGURE + quote(name),
        ),
        "Notes": list(trained.notes),
    }


def _split(said: Mapping[str, Any]) -> Split:
    return Split(said["Cut"], said["TrainRows"], said["TestRows"], said["TrainDefects"], said["TestDefects"])
