"""The report as PDF, set by Typst with an embedded Korean font. Needs the extra ``report``.

Typst reads the template only; the words are data. Without a date in it the same figures give the same bytes.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import msgspec

from aas_server.errors import Unavailable
from aas_server.messages import Language
from aas_server.product.quality import document
from aas_server.quality.figures import Figures

_TEMPLATE = Path(__file__).with_name("pages") / "quality-report.typ"
_FONTS = "pylopdf_fonts_ko"
"""Noto Sans KR (SIL Open Font License 1.1), so that a machine without Korean fonts writes the same file."""


def available() -> bool:
    """Whether the extra is installed."""
    return find_spec("typst") is not None and find_spec(_FONTS) is not None


def render(figures: Figures, language: Language, zone: str) -> bytes:
    """The PDF. Raises ``Unavailable`` where the extra is not installed."""
    fonts = find_spec(_FONTS)
    if not available() or fonts is None or fonts.origin is None:
        raise Unavailable("qreport-pdf-needs")
    import typst  # noqa: PLC0415 - an optional extra

    told = {
        "title": document.title(figures, language),
        "statement": figures.statement[language],
        "lang": language,
        "fonts": ["Noto Sans KR"],
        "blocks": document.blocks(figures, language, zone),
    }
    made = typst.compile(
        _TEMPLATE,
        format="pdf",
        font_paths=[Path(fonts.origin).parent],
        ignore_system_fonts=True,
        sys_inputs={"report": msgspec.json.encode(told).decode()},
        timestamp=0,
    )
    return bytes(made)
