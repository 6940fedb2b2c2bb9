"""The model card: the model's figures for machines (JSON) and for people (HTML with drawings, Korean and English),
and beside it what runs the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from aas_server.messages import LANGUAGES, Language
from aas_server.product import report
from aas_server.product.plots import plots
from aas_server.product.plots.classes import named
from aas_server.product.predicting.answers import classes
from aas_server.product.predicting.rules import told
from aas_server.product.row_cleaning import RowCleaning
from aas_server.product.train import loader
from submodels import ai_dataset, ai_model
from submodels.ai_model import OUTPUTS, AIModel, Plot
from submodels.field import Field
from submodels.text import Text

JSON, PAGE = "model-card.json", "model-card.html"
IN_PACKAGE = "/aasx/files/model/"
"""Where the drawings lie inside the AASX."""
_PAGES = Path(__file__).with_name("pages")
_SVG = "image/svg+xml"


def illustrated(model: AIModel, fields: Iterable[Field] = ()) -> AIModel:
    """The model with its drawings named, and with the files that its nameplate speaks of."""
    found = tuple(
        Plot(f"{plot.name}_{language}", IN_PACKAGE + _file(plot.name, language), _SVG)
        for language in LANGUAGES
        for plot in plots(model, titles(fields), language)
    )
    return replace(
        model,
        plots=found,
        requirements=IN_PACKAGE + loader.REQUIREMENTS,
        dataset=model.id.removesuffix(ai_model.KIND) + ai_dataset.KIND,
    )


def write(
    model: AIModel,
    title: Text,
    folder: Path,
    fields: Iterable[Field] = (),
    cleaning: RowCleaning | None = None,
) -> Mapping[str, Path]:
    """Write the card, its drawings and what runs the model into ``folder``; ``{name: path}``. ``fields``: what
    people call the variables; ``cleaning``: how records become its inputs. The same model gives the same bytes."""
    known = titles(fields)
    drawn = {language: plots(model, known, language) for language in LANGUAGES}
    files = {JSON: _json(model, cleaning), PAGE: _page(model, title, known, drawn, cleaning)}
    files |= {_file(plot.name, language): plot.svg.encode() for language in LANGUAGES for plot in drawn[language]}
    files |= loader.files(model.picture is not None)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return {name: folder / name for name in files}


def in_shell(model: AIModel, folder: Path) -> Mapping[str, Path]:
    """The files that travel with the nameplate: ``{idShort path of the File element: file}``."""
    found = {f"Plots.TrainingTesting.{plot.name}": plot.path for plot in model.plots}
    found |= {"Details.Requirements": model.requirements} if model.requirements else {}
    return {path: folder / place.removeprefix(IN_PACKAGE) for path, place in found.items()}


def titles(fields: Iterable[Field]) -> Mapping[str, Text]:
    """What people call each variable, by idShort."""
    return {field.id_short: field.title for field in fields}


def _file(plot: str, language: Language) -> str:
    return f"plot-{plot}.{language}.svg"


def _json(model: AIModel, cleaning: RowCleaning | None) -> bytes:
    numbers = {
        "name": "features",
        "type": "float32",
        "shape": ["rows", len(model.features)],
        "missing": "NaN",
    }
    body: dict[str, Any] = msgspec.to_builtins(model) | {
        "input": numbers,
        "outputs": list(OUTPUTS[model.task]),
        "classes": list(classes(model)),
        "row_cleaning": cleaning,
    }
    if model.texts:
        body["text_input"] = {
            "name": "texts",
            "type": "string",
            "shape": ["rows", len(model.texts)],
            "missing": "",
        }
    if model.picture:
        size = ["rows", 3, model.picture.height, model.picture.width]
        body["input"] = {"name": "pictures", "type": "float32", "shape": size}
    if model.label is None:  # nobody counted
        body["split"] |= {"train_defects": None, "test_defects": None}
    return msgspec.json.format(msgspec.json.encode(body), indent=2) + b"\n"


def _page(
    model: AIModel,
    title: Text,
    known: Mapping[str, Text],
    drawn: Mapping[Language, Any],
    cleaning: RowCleaning | None,
) -> bytes:
    return report.html(
        _PAGES,
        "card.html",
        model=model,
        title=title,
        titles=known,
        plots=drawn,
        class_name=named,
        outputs=OUTPUTS[model.task],
        cleaning=cleaning,
        rules={language: told(cleaning, language) if cleaning else () for language in LANGUAGES},
    )
