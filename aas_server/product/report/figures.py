"""A model's figures as a reader sees them: by their title, shares as per cent, counts as whole numbers."""

from __future__ import annotations

import re

from aas_server.messages import Language, catalogue, text
from aas_server.product.report.format import number, percent

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_QUANTILE = re.compile(r"ScoreQuantile(\d\d)")


def title(name: str, language: Language) -> str:
    """The title of the figure ``name`` (``DefectsCaught``); one without a title is shown as it is."""
    if at := _QUANTILE.fullmatch(name):
        return text("figure-score-quantile", language, percent=int(at[1]))
    key = "web-figure-" + _WORDS.sub("-", name).lower()
    return text(key, language) if key in catalogue() else name


def shown(name: str, value: float) -> str:
    """The value of the figure ``name``."""
    return percent(value) if "Share" in name or name == "Contamination" else number(value)
