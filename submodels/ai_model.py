"""AIModelNameplate (IDTA 02060): the model of step 3 with its figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

from basyx.aas import model

from submodels import ai_parts, ai_results, elements, reading
from submodels.ai_parts import Confusion, OnnxCheck, Picture, Plot, Split
from submodels.ai_results import Evaluation
from submodels.text import Text

__all__ = [
    "KIND",
    "OUTPUTS",
    "AIModel",
    "Confusion",
    "Metric",
    "OnnxCheck",
    "Picture",
    "Plot",
    "Split",
    "Task",
    "from_submodel",
    "to_submodel",
]

KIND = "AIModelNameplate"
Task = Literal["classification", "regression", "anomaly-detection", "remaining-useful-life"]
Metric = Literal["macro-f1", "average-precision", "r2", "mae-skill"]
OUTPUTS: Mapping[Task, tuple[str, ...]] = {
    "classification": ("label", "probabilities"),
    "anomaly-detection": ("label", "scores"),
    "regression": ("value",),
    "remaining-useful-life": ("value",),
}
"""What the ONNX file gives, by task: ``label`` int64, 0 good and 1 defect (or the place among the confusion
matrix's labels, where there are more classes); the rest float32."""


@dataclass(frozen=True, slots=True)
class AIModel:
    """``features`` are the columns of the ONNX file's input ``features`` (float32, NaN = missing), ``texts`` those
    of its input ``texts`` (strings, empty = missing; the input is there only where there are any); ``picture``
    stands in place of both. ``metric`` is what ``acceptance`` is measured in and ``reached`` its value (``None``:
    not measured); ``unit`` is that of the number a regression tells. ``weak`` holds as well where a leak is
    suspected or the ONNX file answers otherwise than the original. ``dataset``: id of the AIDataset submodel.

    ``macro_f1`` and ``naive_macro_f1`` are ``None`` for anomaly detection without a label; then ``figures``
    says what was measured instead. ``weak``: below ``acceptance`` or no better than the naive guess; ``verdict``
    says so in words."""

    id: str
    task: Task
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
    metric: Metric = "macro-f1"
    reached: float | None = None
    texts: tuple[str, ...] = ()
    picture: Picture | None = None
    unit: str = ""
    evaluation: Evaluation = field(default_factory=Evaluation)
    plots: tuple[Plot, ...] = ()
    dataset: str = ""
    preprocessing: str = ""
    requirements: str = ""

    @property
    def leak_suspected(self) -> bool:
        return any(leak.severity == "suspected" for leak in self.evaluation.leaks)


_SUPERVISED: Text = {"ko": "지도 학습", "en": "supervised"}
_LEARNING: Mapping[Task, Text] = {
    "classification": _SUPERVISED,
    "regression": _SUPERVISED,
    "remaining-useful-life": _SUPERVISED,
    "anomaly-detection": {"ko": "비지도 학습", "en": "unsupervised"},
}
_OUTPUT: Mapping[Task, Text] = {
    "classification": {"ko": "부류", "en": "class"},
    "regression": {"ko": "예측한 값", "en": "the predicted value"},
    "remaining-useful-life": {"ko": "남은 수명", "en": "remaining useful life"},
    "anomaly-detection": {"ko": "이상 여부", "en": "whether it is an anomaly"},
}
_HYPERPARAMETER = "https://aas-data-product.example/ids/smt/AIModelNameplate/1/0/Hyperparameter/"
_TEXT_FILE = "text/plain"


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
            "Inputs": _inputs(trained),
            "Outputs": {"Dimension1": {"Size": str(classes), "Result": _OUTPUT[trained.task]}},
            "TrainingResults": _results(trained),
            "Plots": {"TrainingTesting": ai_parts.plots(trained.plots)} if trained.plots else None,
            "Details": {
                "FileExtension": ".onnx",
                "AIFramework": trained.framework,
                "ProgramLanguage": "Python",
                "Requirements": _text_file(trained.requirements),
            },
            "AIDataset": {"AIDatasetReference": elements.submodel_reference(trained.dataset)}
            if trained.dataset
            else None,
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
    inputs, details, results = said["Inputs"], said["Details"], said["TrainingResults"]
    specific = said["AITypeSpecificInformation"]
    picture = inputs.get("Picture")
    return AIModel(
        id=submodel.id,
        task=results["Task"],
        algorithm=specific["Type"]["en"],
        framework=details["AIFramework"],
        label=results.get("Label"),
        positive=results.get("Positive"),
        features=tuple(inputs.get("Features", ())),
        split=ai_parts.read_split(results["Split"]),
        acceptance=results["Acceptance"],
        macro_f1=results.get("MacroF1"),
        naive_macro_f1=results.get("NaiveMacroF1"),
        confusion=ai_parts.read_confusion(results.get("Confusion")),
        importance=tuple((one["Feature"], one["Share"]) for one in results["Importance"]),
        onnx=OnnxCheck(results["OnnxCheck"]["Rows"], results["OnnxCheck"]["Differences"]),
        weak=results["Weak"],
        verdict=results["Verdict"],
        hyperparameters=reading.named_of(specific.get("Hyperparameter", {}).values()),
        figures=reading.named_of(results["Figures"].values()),
        notes=tuple(results.get("Notes", ())),
        storage=said["Storage"],
        version=said["Version"],
        metric=results.get("Metric", "macro-f1"),
        reached=results.get("Reached"),
        texts=tuple(inputs.get("Texts", ())),
        picture=picture and Picture(picture["Column"], picture["Width"], picture["Height"]),
        unit=results.get("Unit", ""),
        evaluation=ai_results.read(results),
        plots=ai_parts.read_plots(said),
        dataset=_dataset(said),
        preprocessing=inputs["Preprocessing"].path if "Preprocessing" in inputs else "",
        requirements=details["Requirements"].path if "Requirements" in details else "",
    )


def _inputs(trained: AIModel) -> dict[str, Any]:
    picture = trained.picture
    said: dict[str, Any] = {
        "KindOfInput": "table row (float32)",
        "Dimension1": {"Size": str(len(trained.features)), "Information": "one value per feature"},
        "Features": list(trained.features),
        "Texts": list(trained.texts),
        "Preprocessing": _text_file(trained.preprocessing),
    }
    if trained.texts:
        said["KindOfInput"] = "table row (float32 and string)"
        said["Dimension1"]["Size"] = str(len(trained.features) + len(trained.texts))
    if picture:
        said["KindOfInput"] = "picture (float32)"
        said["Dimension1"] = {
            "Size": f"3 x {picture.height} x {picture.width}",
            "Information": "RGB channel, line, column; each value / 255",
        }
        said["Picture"] = {"Column": picture.column, "Width": picture.width, "Height": picture.height}
    return said


def _results(trained: AIModel) -> dict[str, Any]:
    return {
        "Task": trained.task,
        "Label": trained.label,
        "Positive": trained.positive,
        "Unit": trained.unit,
        "Metric": trained.metric,
        "Acceptance": trained.acceptance,
        "Reached": trained.reached,
        "MacroF1": trained.macro_f1,
        "NaiveMacroF1": trained.naive_macro_f1,
        "Weak": trained.weak,
        "Verdict": trained.verdict,
        "Split": ai_parts.split(trained.split),
        "Confusion": ai_parts.confusion(trained.confusion),
        "Importance": [{"Feature": name, "Share": share} for name, share in trained.importance],
        "OnnxCheck": {"Rows": trained.onnx.rows, "Differences": trained.onnx.differences},
        "Figures": ai_results.named(trained.figures),
        **ai_results.values(trained.evaluation),
        "Notes": list(trained.notes),
    }


def _text_file(path: str) -> elements.FileValue | None:
    return elements.FileValue(path, _TEXT_FILE) if path else None


def _dataset(said: Mapping[str, Any]) -> str:
    reference = said.get("AIDataset", {}).get("AIDatasetReference")
    return str(reference.key[0].value) if reference else ""
