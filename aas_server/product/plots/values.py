"""Drawings of a model that tells a number: told against measured, and both along the test part."""

from __future__ import annotations

from aas_server.messages import Language, text
from aas_server.product.plots.axes import axes, legend, spread
from aas_server.product.plots.svg import FAINT, MAIN, SECOND
from submodels.ai_results import Residuals


def scatter(given: Residuals, language: Language) -> str:
    """A dot a row; on the dashed line both are equal."""
    reach = spread(given.actual, given.predicted)
    frame = axes(
        text("plot-scatter", language),
        _named("plot-measured", given.unit, language),
        _named("plot-told", given.unit, language),
        reach,
        reach,
    )
    frame.drawing.path(frame.points(reach, reach), FAINT, **{"stroke-dasharray": "4 3"})
    for x, y in frame.points(given.actual, given.predicted):
        frame.drawing.dot(x, y, 2.2, MAIN, fill_opacity="0.5")
    return frame.drawing.svg()


def course(given: Residuals, language: Language) -> str:
    """Measured and told, row by row in the order of the test part."""
    places = range(1, len(given.actual) + 1)
    frame = axes(
        text("plot-course", language),
        text("plot-course-x", language),
        _named("plot-value", given.unit, language),
        (1, max(len(given.actual), 2)),
        spread(given.actual, given.predicted),
    )
    frame.drawing.path(frame.points(places, given.actual), FAINT)
    frame.drawing.path(frame.points(places, given.predicted), SECOND, **{"stroke-width": "1.2"})
    names = [(FAINT, text("plot-measured", language)), (SECOND, text("plot-told", language))]
    legend(frame.drawing, names, "high right")
    return frame.drawing.svg()


def residuals(given: Residuals, language: Language) -> str:
    """Told minus measured along the test part: a drift shows as a slope."""
    rest = [told - measured for told, measured in zip(given.predicted, given.actual, strict=True)]
    frame = axes(
        text("plot-residuals", language),
        text("plot-course-x", language),
        _named("plot-difference", given.unit, language),
        (1, max(len(rest), 2)),
        spread(rest, (0.0,)),
    )
    frame.drawing.path(frame.points((1, max(len(rest), 2)), (0, 0)), FAINT, **{"stroke-dasharray": "4 3"})
    for x, y in frame.points(range(1, len(rest) + 1), rest):
        frame.drawing.dot(x, y, 2.2, MAIN, fill_opacity="0.5")
    return frame.drawing.svg()


def _named(key: str, unit: str, language: Language) -> str:
    return f"{text(key, language)} ({unit})" if unit else text(key, language)
