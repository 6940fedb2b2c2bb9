"""Drawings of a model's results: whole, the same each time, and saying the figures they are drawn from."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from aas_server.messages import LANGUAGES, Language, catalogue
from aas_server.product.plots import Plot, plots
from aas_server.product.plots.svg import ticks
from aas_server.product.train import card
from submodels.ai_model import AIModel, Confusion
from submodels.field import Field
from submodels.text import both

SVG = "{http://www.w3.org/2000/svg}"
BINARY = ["Comparison", "ConfusionMatrix", "ClassBalance", "PrecisionRecall", "Roc", "Calibration"]
NUMBER = ["Comparison", "PredictedActual", "Course", "Residuals"]
WEIGHTS = ["Importance", "Permutation"]
EXPECTED = {
    "binary": BINARY + WEIGHTS,
    "multiclass": ["Comparison", "ConfusionMatrix", "ClassBalance", "PrecisionRecall", "Importance"],
    "regression": NUMBER + WEIGHTS,
    "life": NUMBER + WEIGHTS,
    "anomaly": ["Importance"],
}


def drawn(model: AIModel, language: Language = "ko") -> dict[str, Plot]:
    return {plot.name: plot for plot in plots(model, {"pressure": both("사출 압력", "Pressure")}, language)}


def words(plot: Plot) -> list[str]:
    """All that is written on it, parsed as a browser would."""
    return [part.text or "" for part in ElementTree.fromstring(plot.svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("name", EXPECTED, ids=str)
def test_what_was_measured_is_drawn_and_nothing_else(models: dict[str, AIModel], name: str) -> None:
    assert list(drawn(models[name])) == EXPECTED[name]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_drawing_is_whole_and_asks_nothing_of_anybody(any_model: AIModel, language: Language) -> None:
    for plot in drawn(any_model, language).values():
        tree = ElementTree.fromstring(plot.svg)
        assert tree.find(f"{SVG}title").text  # type: ignore[union-attr]
        assert "nan" not in plot.svg.replace("NanumGothic", "").lower() and "inf" not in plot.svg
        assert not re.search(r"<script|href|url\(|style=|id=", plot.svg)
        assert not any(word in catalogue() for word in words(plot)), "a key stands where a sentence should"
        assert plot.title not in catalogue() and plot.note not in catalogue()


def test_the_same_model_gives_the_same_bytes(any_model: AIModel) -> None:
    assert drawn(any_model) == drawn(any_model)


def test_the_confusion_matrix_bears_its_counts_and_names(models: dict[str, AIModel]) -> None:
    said = words(drawn(models["binary"])["ConfusionMatrix"])
    assert {"872", "3", "4", "21", "양품", "불량"} <= set(said)
    assert "Defect" in words(drawn(models["binary"], "en")["ConfusionMatrix"])


def test_bars_are_as_long_as_their_figures(models: dict[str, AIModel]) -> None:
    tree = ElementTree.fromstring(drawn(models["binary"])["Importance"].svg)
    widths = [float(bar.get("width", "")) for bar in tree.iter(f"{SVG}rect")]
    assert [width / widths[0] for width in widths] == pytest.approx([1, 0.5, 0.07 / 0.6, 0.03 / 0.6], abs=0.01)
    assert "사출 압력" in words(drawn(models["binary"])["Importance"])


def test_a_score_below_nil_has_no_length_but_its_figure(models: dict[str, AIModel]) -> None:
    plot = drawn(models["weak regression"])["Comparison"]
    widths = [bar.get("width") for bar in ElementTree.fromstring(plot.svg).iter(f"{SVG}rect")]
    assert widths[0] == "0" and "-0.2" in words(plot)


def test_a_matrix_of_too_many_classes_is_left_to_its_table(models: dict[str, AIModel]) -> None:
    labels = tuple(f"c{at}" for at in range(11))
    many = replace(models["multiclass"], confusion=Confusion(labels, ((1,) * 11,) * 11))
    assert "ConfusionMatrix" not in drawn(many)


def test_names_of_others_stay_text(models: dict[str, AIModel]) -> None:
    hostile = replace(models["binary"], importance=(('<script>alert("x")</script>', 1.0),))
    assert "<script" not in drawn(hostile)["Importance"].svg


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]), (-3, 97, [0, 20, 40, 60, 80]), (5, 5, [5]), (0, 0.0031, None)],
    ids=["one", "hundred", "none", "small"],
)
def test_ticks_are_round_and_few(low: float, high: float, expected: list[float] | None) -> None:
    found = ticks(low, high)
    assert len(found) <= 6
    if expected:
        assert found == pytest.approx(expected)


def test_the_card_says_what_a_buyer_has_to_know(any_model: AIModel, tmp_path) -> None:  # type: ignore[no-untyped-def]
    field = Field("P1", "pressure", "xs:double", "x", "own", both("사출 압력", "Injection pressure"), {})
    model = card.illustrated(any_model, (field,))
    files = card.write(model, both("시험 <상품>", "Test <product>"), tmp_path, (field,))
    page = files[card.PAGE].read_text("utf-8")
    assert page.count("<svg ") == len(model.plots) == sum(name.endswith(".svg") for name in files)
    assert model.verdict["ko"] in page and model.verdict["en"] in page
    assert "주의:" in page if model.weak else "<strong>주의:</strong>" not in page.split("<h2>")[0]
    assert all(leak.sentence["en"] in page for leak in model.evaluation.leaks)
    assert "Test &lt;product&gt;" in page and "Injection pressure" in page
    assert not re.search(r">(card|plot|sheet|web)-[a-z-]+", page), "a key stands where a sentence should"
    for path, file in card.in_shell(model, tmp_path).items():
        assert file.exists(), path


def test_a_suspected_leak_stands_on_top_of_the_card(models: dict[str, AIModel], tmp_path) -> None:  # type: ignore[no-untyped-def]
    page = card.write(models["leaking"], both("시험", "test"), tmp_path)[card.PAGE].read_text("utf-8")
    assert "정답이 noise에 있습니다." in page.split("<h2>")[0]
