"""The drawings of the report: the same SVG in the HTML and in the PDF."""

from __future__ import annotations

from collections.abc import Sequence

from aas_server.messages import Language, text
from aas_server.product.plots.svg import FAINT, MAIN, SECOND, Drawing, Scale, cut, shown
from aas_server.product.report.format import number, percent
from aas_server.quality.figures import ColumnFigure, Figures

BARS = 40
"""Columns in the drawing of completeness; the emptiest come first, all of them stand in the table."""
_NAME, _LINE, _TOP, _WIDTH = 170, 22, 8, 640
_LETTERS = 24


def indices(figures: Figures, language: Language) -> str:
    """A bar an index; the value before cleaning as a mark; the weight as applied beside it."""
    foot = 22
    drawing = Drawing(
        text("qreport-chart-indices", language), _WIDTH, _TOP + 18 + _LINE * len(figures.indices) + foot
    )
    across, weights = Scale(0, 1, _NAME, 440), Scale(0, 1, 530, 630)
    drawing.text(_NAME, _TOP + 6, text("quality-value", language), size=11)
    drawing.text(530, _TOP + 6, text("quality-effective-weight", language), size=11)
    for at, one in enumerate(figures.indices):
        middle = _TOP + 18 + _LINE * (at + 0.5)
        drawing.text(_NAME - 8, middle, cut(one.title[language], _LETTERS), "end")
        if one.value is None:
            drawing.rect(_NAME, middle - 7, 270, 14, "none", stroke=FAINT, stroke_dasharray="3 3")
            drawing.text(_NAME + 8, middle, text("quality-not-measured", language), size=11)
        else:
            drawing.rect(_NAME, middle - 7, 270, 14, FAINT, opacity="0.2")
            drawing.rect(_NAME, middle - 7, across.at(one.value) - _NAME, 14, MAIN)
            drawing.text(446, middle, percent(one.value))
        if one.before is not None:
            place = across.at(one.before)
            drawing.line(place, middle - 10, place, middle + 10, SECOND, stroke_width="2.5")
        drawing.rect(530, middle - 5, weights.at(one.effective_weight) - 530, 10, SECOND, opacity="0.75")
        drawing.text(weights.at(one.effective_weight) + 4, middle, number(one.effective_weight, 3), size=10)
    bottom = _TOP + 18 + _LINE * len(figures.indices) + 12
    if any(one.before is not None for one in figures.indices):
        drawing.line(_NAME, bottom - 6, _NAME, bottom + 6, SECOND, stroke_width="2.5")
        drawing.text(_NAME + 8, bottom, text("quality-before", language), size=11)
    return drawing.svg()


def completeness(figures: Figures, language: Language) -> str:
    """A bar a column, the emptiest first; columns left out of the check in another colour."""
    order = sorted(figures.columns, key=lambda column: (-column.missing, figures.columns.index(column)))[:BARS]
    drawing = Drawing(text("qreport-chart-completeness", language), _WIDTH, _TOP * 2 + _LINE * len(order))
    across = Scale(0, 1, _NAME, 560)
    for at, column in enumerate(order):
        middle = _TOP + _LINE * (at + 0.5)
        share = 1 - column.missing / figures.rows if figures.rows else 0.0
        colour = SECOND if column.name in figures.left_out else MAIN
        drawing.text(_NAME - 8, middle, cut(titled(column, language), _LETTERS), "end")
        drawing.rect(_NAME, middle - 7, 390, 14, FAINT, opacity="0.2")
        drawing.rect(_NAME, middle - 7, across.at(share) - _NAME, 14, colour)
        drawing.text(566, middle, percent(share))
    return drawing.svg()


def along(figures: Figures, language: Language, words: tuple[str, str]) -> str:
    """Where in the file each finding lies: darker means more. ``words``: the file's first and last place."""
    found = [one for one in figures.findings if any(one.along)]
    drawing = Drawing(text("qreport-chart-along", language), _WIDTH, _TOP + 26 * len(found) + 30)
    for at, one in enumerate(found):
        middle = _TOP + 26 * (at + 0.5)
        drawing.text(_NAME - 8, middle, cut(one.title[language], _LETTERS), "end")
        drawing.rect(_NAME, middle - 9, 450, 18, FAINT, opacity="0.15")
        most, step = max(one.along), 450 / len(one.along)
        for part, count in enumerate(one.along):
            if count:
                # the least of it must still be seen
                strength = f"{0.25 + 0.75 * count / most:.2f}"
                drawing.rect(_NAME + step * part, middle - 9, step, 18, SECOND, opacity=strength)
    bottom = _TOP + 26 * len(found)
    drawing.line(_NAME, bottom + 2, _NAME + 450, bottom + 2, stroke_opacity="0.4")
    drawing.text(_NAME, bottom + 14, words[0], size=11)
    drawing.text(_NAME + 450, bottom + 14, words[1], "end", 11)
    return drawing.svg()


def distribution(column: ColumnFigure, language: Language) -> str:
    """How a column's values lie: a histogram of numbers, the most frequent words of texts."""
    title = titled(column, language)
    return _words(title, column.words) if column.words else _histogram(title, column)


def titled(column: ColumnFigure, language: Language) -> str:
    """What a reader calls the column; its name where it has no title."""
    return column.title.get(language) or column.name


def _histogram(title: str, column: ColumnFigure) -> str:
    drawing = Drawing(title, 310, 150)
    drawing.text(10, 12, cut(title, 40), size=12)
    up, step = Scale(0, max(column.bins), 118, 28), 290 / len(column.bins)
    for at, count in enumerate(column.bins):
        if count:
            top = min(up.at(count), 117)  # a single value must still be seen
            drawing.rect(10 + step * at, top, step - 0.6, 118 - top, MAIN)
    drawing.line(10, 118.5, 300, 118.5, stroke_opacity="0.5")
    drawing.text(10, 132, _short(column.least), size=10)
    drawing.text(300, 132, _short(column.greatest), "end", 10)
    drawing.text(300, 12, f"↑ {max(column.bins):,}", "end", 10)
    return drawing.svg()


def _words(title: str, words: Sequence[tuple[str, int]]) -> str:
    drawing = Drawing(title, 310, 26 + 17 * len(words))
    drawing.text(10, 12, cut(title, 40), size=12)
    most = max(count for _, count in words)
    for at, (word, count) in enumerate(words):
        middle = 34 + 17 * at
        drawing.text(112, middle, cut(word, 17), "end", 10)
        drawing.rect(118, middle - 6, 130 * count / most, 12, MAIN)
        drawing.text(122 + 130 * count / most, middle, number(count), size=10)
    return drawing.svg()


def _short(said: str) -> str:
    try:
        return shown(float(said))
    except ValueError:
        return said
