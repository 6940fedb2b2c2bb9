"""How the inputs of the ONNX file are made, in words: the file that goes with it (IDTA 02060, Preprocessing)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aas_server.messages import LANGUAGES, text
from aas_server.product.predicting.rules import told
from aas_server.product.row_cleaning import RowCleaning
from submodels.ai_model import OUTPUTS, AIModel

FILE = "preprocessing.txt"


def write(model: AIModel, folder: Path, cleaning: RowCleaning | None = None) -> Mapping[str, Path]:
    """Write the file into ``folder``; ``{name: path}``. ``cleaning``: how records become the inputs."""
    (folder / FILE).write_text(_said(model, cleaning), "utf-8", newline="\n")
    return {FILE: folder / FILE}


def _said(model: AIModel, cleaning: RowCleaning | None) -> str:
    """In Korean, then in English; then the columns and the classes in their order."""
    lines = []
    for language in LANGUAGES:
        if model.picture:
            lines.append(text("train-input-picture", language, side=model.picture.width))
        if model.features:
            lines.append(text("train-input-features", language, columns=len(model.features)))
        if model.texts:
            lines.append(text("train-input-texts", language, columns=len(model.texts)))
        lines.append(text("train-input-outputs", language, outputs=", ".join(OUTPUTS[model.task])))
        lines += [f"- {one}" for one in told(cleaning, language)] if cleaning and not model.picture else []
    for kind, names in (("features", model.features), ("texts", model.texts)):
        lines += ["", f"{kind}:", *names] if names else []
    if model.confusion:
        lines += ["", "label:", *(f"{place} = {name}" for place, name in enumerate(model.confusion.labels))]
    return "\n".join(lines) + "\n"
