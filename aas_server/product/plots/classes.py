"""Drawings of a model that tells classes: confusion, balance, curves by threshold, calibration."""

from __future__ import annotations

from collections.abc import Sequence

from aas_server.messages import Language, catalogue, text
from aas_server.product.plots.axes import axes, legend
from aas_server.product.plots.bars import Bar, bars
from aas_server.product.plots.svg import FAINT, MAIN, SECOND, SERIES, Drawing, cut, shown
from submodels.ai_model import Confusion
from submodels.ai_results import Calibration, ClassFigures, Curve

MOST_CLASSES = 10
"""More classes than this make a matrix that nobody can read."""
_SIDE, _LEFT, _TOP = 250, 110, 48


def named(label: str, language: Language) -> str:
    """A class as people call it."""
    key = f"web-class-{label}"
    return text(key, language) if key in catalogue() else label


def confusion(given: Confusion, language: Language) -> str:
    """Rows are true classes; the darker a cell, the larger its share of its row."""
    names = [named(label, language) for label in given.labels]
    cell = _SIDE / len(names)
    drawing = Drawing(text("plot-confusion", language), height=_TOP + _SIDE + 12)
    drawing.text(_LEFT + _SIDE / 2, 12, text("plot-predicted-class", language), "middle")
    drawing.text(2, _TOP - 12, text("plot-true-class", language))
    room, size = max(int(cell / 7), 3), 12 if len(names) <= 5 else 9
    for at, name in enumerate(names):
        drawing.text(_LEFT + cell * (at + 0.5), _TOP - 12, cut(name, room), "middle", size)
        drawing.text(_LEFT - 8, _TOP + cell * (at + 0.5), cut(name, 15), "end", size)
    for row, counts in enumerate(given.counts):
        total = sum(counts)
        for column, count in enumerate(counts):
            left, top = _LEFT + cell * column, _TOP + cell * row
            share = count / total if total else 0.0
            colour = MAIN if row == column else SECOND
            drawing.rect(left + 1, top + 1, cell - 2, cell - 2, FAINT, fill_opacity="0.12")
            drawing.rect(left + 1, top + 1, cell - 2, cell - 2, colour, fill_opacity=f"{share * 0.6:.2f}")
            drawing.text(left + cell / 2, top + cell / 2, f"{count:,}", "middle", size + 2)
    return drawing.svg()


def balance(given: Sequence[ClassFigures], language: Language) -> str:
    """Rows of each class in the training and the test part, by their share of the part."""
    found = []
    for part, colour in (("train", MAIN), ("test", SECOND)):
        counts = [one.train_rows if part == "train" else one.test_rows for one in given]
        total = sum(counts) or 1
        where = text(f"plot-part-{part}", language)
        found += [
            Bar(f"{named(one.label, language)} · {where}", count / total, f"{count:,}", colour)
            for one, count in zip(given, counts, strict=True)
        ]
    half = len(given)
    ordered = [bar for at in range(half) for bar in (found[at], found[half + at])]
    return bars(text("plot-balance", language), ordered)


def curves(kind: str, given: Sequence[Curve], prevalence: float | None, language: Language) -> str:
    """One line a class. ``prevalence``: the precision of a guess at random (precision and recall alone)."""
    title = text(f"plot-{kind}", language)
    frame = axes(title, text(f"plot-{kind}-x", language), text(f"plot-{kind}-y", language), (0, 1), (0, 1))
    if kind == "roc":
        frame.drawing.path(frame.points((0, 1), (0, 1)), FAINT, **{"stroke-dasharray": "4 3"})
    elif prevalence is not None:
        frame.drawing.path(frame.points((0, 1), (prevalence,) * 2), FAINT, **{"stroke-dasharray": "4 3"})
    names = []
    for one, colour in zip(given, SERIES, strict=False):
        frame.drawing.path(frame.points(one.x, one.y), colour)
        names.append((colour, f"{named(one.label, language)} ({shown(one.area)})"))
    legend(frame.drawing, names, "low right" if kind == "roc" else "low left")
    return frame.drawing.svg()


def calibration(given: Calibration, language: Language) -> str:
    """Probability told against the share that came true; a larger dot stands for more rows."""
    frame = axes(
        text("plot-calibration", language),
        text("plot-calibration-x", language),
        text("plot-calibration-y", language),
        (0, 1),
        (0, 1),
    )
    frame.drawing.path(frame.points((0, 1), (0, 1)), FAINT, **{"stroke-dasharray": "4 3"})
    most = max((one.rows for one in given.bins), default=1)
    seen = [one for one in given.bins if one.rows]
    frame.drawing.path(
        frame.points([one.predicted for one in seen], [one.observed for one in seen]),
        MAIN,
        **{"stroke-width": "1"},
    )
    for one in seen:
        x, y = frame.x.at(one.predicted), frame.y.at(one.observed)
        frame.drawing.dot(x, y, 3 + 7 * (one.rows / most) ** 0.5, MAIN, fill_opacity="0.7")
    return frame.drawing.svg()
