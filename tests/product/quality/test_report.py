"""The report: what a reader finds in it, in both languages and forms, the same each time."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest

from aas_server import written
from aas_server.errors import BadInput, NotFound, Unavailable
from aas_server.messages import LANGUAGES, in_all
from aas_server.product.quality import document, pdf, report
from aas_server.quality import profile
from aas_server.quality.declared import Quality
from aas_server.quality.figures import ColumnFigure, Figures, FindingFigure, IndexFigure

WORD = {"ko": "완전성", "en": "Completeness"}
ROOT = Path(__file__).parents[3]
HOSTILE = "<script>#panic() $x$ \\"


@pytest.fixture
def figures() -> Figures:
    """One index measured, one not; a finding with hostile words in it; three columns."""
    rule = in_all("quality-unique-rows")
    return Figures(
        name={"ko": "사출 <b>", "en": "moulding <b>"},
        sha256="ab" * 32,
        checked="2026-03-02T01:00:00Z",
        profile="kamp",
        profile_title={"ko": "가이드북", "en": "guidebook"},
        profile_source="source",
        profile_date="2025-12-31",
        index=99.5,
        indices=(
            IndexFigure("completeness", WORD, 199, 200, 0.995, rule, 0.6, 1.0, None, 0.9, ("#3: a=",)),
            IndexFigure("accuracy", {"ko": "정확성", "en": "Accuracy"}, None, None, None, rule, 0.1, 0.0, rule),
        ),
        left_out=("b",),
        rows=100,
        width=3,
        columns=(
            ColumnFigure("a", {"ko": "온도", "en": "heat"}, "double", 1, 90, True, "0", "9", bins=(1, 0, 99)),
            ColumnFigure("b", {}, "string", 60, 2, False, "A", "B", words=(("A", 30), (HOSTILE, 10))),
            ColumnFigure("c", {}, "int64", 0, 100, True, "1", "100"),
        ),
        findings=(
            FindingFigure("stuck", in_all("quality-kind-stuck"), 40, rule, ("a",), (HOSTILE,), (0,) * 59 + (40,)),
        ),
        looked_for=("stuck", "drift"),
        start="2026-03-01T00:00:00Z",
        end="2026-03-02T00:00:00Z",
        by_time=True,
        statement=in_all("quality-statement"),
    )  # fmt: skip


def test_what_a_reader_finds(figures: Figures) -> None:
    page = report.html(figures, "Asia/Seoul").decode()
    korean, english = page[: page.rindex('<section lang="en"')], page[page.rindex('<section lang="en"') :]
    for part in (
        "99.5 / 100",
        "2026-03-02 10:00:00 (Asia/Seoul)",
        "99.5000 %",
        "미측정",
        "온도 (a)",
        "드리프트",
        "자가 점검",
    ):
        assert part in korean
    for part in ("not measured", "heat (a)", "Looked for and not found: drift", "≈ 2", "self-check"):
        assert part in english
    assert page.count("<svg") == 2 * 5  # indices, completeness, along, two distributions
    assert "<script>" not in page and "<b>" not in page
    assert not re.search(r'(src|href)="(?!#)', page)
    assert "인증" not in page and "certif" not in page.lower()


def test_every_sentence_is_there_in_both_languages(figures: Figures) -> None:
    for language in LANGUAGES:
        said = str(document.blocks(figures, language, "UTC"))
        assert "qreport-" not in said and "quality-kind" not in said


@pytest.mark.skipif(not pdf.available(), reason="the extra 'report' is not installed")
def test_the_pdf_bears_its_font_and_is_the_same_each_time(figures: Figures, tmp_path: Path) -> None:
    first, again = tmp_path / "a.pdf", tmp_path / "b.pdf"
    for target in (first, again):
        report.write(figures, target, "ko", "Asia/Seoul")
    assert first.read_bytes() == again.read_bytes()
    assert first.read_bytes().startswith(b"%PDF-")
    assert b"NotoSansKR" in first.read_bytes() and b"FontFile" in first.read_bytes()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_report_that_cannot_be_written_says_what_to_do(figures: Figures, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    monkeypatch.setattr(pdf, "find_spec", lambda name: None)
    with pytest.raises(Unavailable, match="qreport-pdf-needs"):
        report.write(figures, tmp_path / "a.pdf", "ko", "UTC")
    with pytest.raises(BadInput, match="qreport-form-unknown"):
        report.write(figures, tmp_path / "a.docx", "ko", "UTC")
    with pytest.raises(NotFound, match="target-folder-missing"):
        report.check(tmp_path / "nowhere" / "a.html")
    assert list(tmp_path.iterdir()) == []


def test_the_examples_in_the_docs_are_read(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "quality.md").read_text("utf-8")
    own, rules = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "ours.toml").write_text(own, "utf-8")
    assert profile.load(str(tmp_path / "ours.toml")).name == "ours"
    assert tomllib.loads(rules)
    assert written.parsed(rules.replace("[quality]\n", ""), Quality, "docs").orders[0].strict
