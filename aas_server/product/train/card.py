"""The model card: the model's figures for machines (JSON) and for people (Markdown, Korean and English)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import jinja2
import msgspec

from aas_server.messages import LANGUAGES
from aas_server.product.report import figures
from aas_server.product.report.format import number
from submodels.ai_model import AIModel
from submodels.text import Text

_INTERFACE = {
    "classification": ("label", "probabilities"),
    "anomaly-detection": ("label", "scores"),
}


def write(model: AIModel, title: Text, folder: Path) -> Mapping[str, Path]:
    """Write the card's files into ``folder``; ``{name: path}``."""
    files = {"model-card.json": _json(model)}
    files |= {f"model-card.{language}.md": _page(model, title, language) for language in LANGUAGES}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return {name: folder / name for name in files}


def _json(model: AIModel) -> bytes:
    body = msgspec.to_builtins(model) | {
        "input": {"name": "features", "type": "float32", "shape": ["rows", len(model.features)], "missing": "NaN"},
        "outputs": list(_INTERFACE[model.task]),
    }
    if model.label is None:  # nobody counted
        body["split"] |= {"train_defects": None, "test_defects": None}
    return msgspec.json.format(msgspec.json.encode(body), indent=2) + b"\n"


def _page(model: AIModel, title: Text, language: str) -> bytes:
    pages = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # Markdown, not HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    page = pages.get_template(f"card.{language}.md")
    return page.render(
        model=model,
        title=title[language],
        language=language,
        outputs=_INTERFACE[model.task],
        figure_title=figures.title,
        figure_shown=figures.shown,
        number=number,
    ).encode()
