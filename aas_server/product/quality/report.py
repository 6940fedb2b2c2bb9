"""The report for people: self-contained HTML, or PDF, in Korean and English. It says self-check, never
certified."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from aas_server.errors import BadInput
from aas_server.messages import LANGUAGES, Language
from aas_server.product import folder as folders
from aas_server.product import report
from aas_server.product.quality import document, pdf
from aas_server.quality.checked import Checked
from aas_server.quality.figures import Figures
from aas_server.quality.gather import gather
from aas_server.store import durable

_PAGES = Path(__file__).with_name("pages")
FORMS = (".html", ".pdf")
NAME = "quality-report"


def of_file(found: Checked, day: str) -> Figures:
    """The figures of a file that was checked. ``day``: the stated day of the check, empty where none was
    stated."""
    name = {str(language): found.file.name for language in LANGUAGES}
    return gather(found.facts, found.assessment, found.looked, name, folders.sha256(found.file), day)


def html(figures: Figures, zone: str, languages: Sequence[Language] = LANGUAGES) -> bytes:
    """One file with its drawings in it; it asks nothing of another host."""
    return report.html(
        _PAGES,
        "quality-report.html",
        languages=tuple(languages),
        titles={language: document.title(figures, language) for language in languages},
        told={language: document.blocks(figures, language, zone) for language in languages},
    )


def files(figures: Figures, zone: str) -> Iterator[tuple[str, bytes]]:
    """The report's files by name: HTML in both languages, and a PDF in each where the extra is installed."""
    yield f"{NAME}.html", html(figures, zone)
    if pdf.available():
        for language in LANGUAGES:
            ending = "" if language == "ko" else f"-{language}"
            yield f"{NAME}{ending}.pdf", pdf.render(figures, language, zone)


def check(target: Path) -> None:
    """Raises ``BadInput`` where the name's ending is no form of the report, ``NotFound`` where its folder isn't
    there: asked before anything is counted."""
    if target.suffix.lower() not in FORMS:
        raise BadInput("qreport-form-unknown", file=str(target))
    folders.check_home(target)


def write(figures: Figures, target: Path, language: Language, zone: str) -> None:
    """Write the report to ``target``, HTML or PDF by its ending, whole or not at all.

    Raises as ``check`` does, and ``Unavailable`` where PDF needs an extra that is not there.
    """
    check(target)
    as_pdf = target.suffix.lower() == ".pdf"
    durable.write(target, pdf.render(figures, language, zone) if as_pdf else html(figures, zone, (language,)))
