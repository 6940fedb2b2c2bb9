"""A model's figures bear titles in both languages, and counts are whole."""

from __future__ import annotations

import pytest

from aas_server.product.report import figures


@pytest.mark.parametrize(
    "name", ["DefectsCaught", "FlaggedShareTest", "ScoreQuantile01", "NaiveMacroF1", "F1Good"]
)
def test_every_figure_has_a_title(name):
    assert figures.title(name, "ko") != name != figures.title(name, "en")


def test_values_are_told_as_one_reads_them():
    assert figures.shown("DefectsCaught", 1026.0) == "1,026"
    assert figures.shown("FlaggedShareTest", 0.0274) == "2.74 %"
