"""Parts of a model's nameplate (IDTA 02060): the split, the confusion matrix, the check of the file, its plots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from basyx.aas import model

from submodels import elements

_PLOT = "https://admin-shell.io/idta/AIModelNameplate/Plots/TrainingTesting/Plot/1/0"
Part = Literal["time", "group", "random", "order"]


@dataclass(frozen=True, slots=True)
class Confusion:
    """Rows are true classes, columns predicted ones, in the order of ``labels``; counts of the test part."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Split:
    """How the rows were parted. By ``time`` (or by their own ``order``, where they bear none): everything before
    ``cut`` (ISO 8601, or a row number) trains. By ``group``: whole groups of the column ``group`` train or test,
    and ``cut`` names some that test. ``random``: declared, and named a risk."""

    cut: str
    train_rows: int
    test_rows: int
    train_defects: int
    test_defects: int
    by: Part = "time"
    group: str | None = None
    train_groups: int | None = None
    test_groups: int | None = None


@dataclass(frozen=True, slots=True)
class OnnxCheck:
    """The ONNX file (float32) against the original on the test part. Numbers differ where they are further apart
    than a thousandth of the target's standard deviation."""

    rows: int
    differences: int

    @property
    def agreement(self) -> float:
        """The share of rows with the same answer, 0 to 1; 1 where none was asked."""
        return 1 - self.differences / self.rows if self.rows else 1.0


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture is brought to before it goes in: RGB, resized (Pillow, ``BOX``) to ``width`` × ``height``,
    each value / 255, as float32 [rows, 3, height, width] under the input's name ``pictures``."""

    column: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture of the results: ``path`` in the package or the release."""

    name: str
    path: str
    media_type: str


def split(said: Split) -> dict[str, Any]:
    """The values of the elements."""
    return {
        "By": said.by,
        "Group": said.group,
        "Cut": said.cut,
        "TrainRows": said.train_rows,
        "TestRows": said.test_rows,
        "TrainGroups": said.train_groups,
        "TestGroups": said.test_groups,
        "TrainDefects": said.train_defects,
        "TestDefects": said.test_defects,
    }


def read_split(said: Mapping[str, Any]) -> Split:
    """The way back from ``split``."""
    return Split(
        said["Cut"],
        said["TrainRows"],
        said["TestRows"],
        said["TrainDefects"],
        said["TestDefects"],
        said.get("By", "time"),
        said.get("Group"),
        said.get("TrainGroups"),
        said.get("TestGroups"),
    )


def confusion(said: Confusion | None) -> dict[str, Any] | None:
    """The values of the elements; ``None`` where there are no classes."""
    if said is None:
        return None
    return {"Labels": list(said.labels), "Counts": [list(row) for row in said.counts]}


def read_confusion(said: Mapping[str, Any] | None) -> Confusion | None:
    """The way back from ``confusion``."""
    return Confusion(tuple(said["Labels"]), tuple(map(tuple, said["Counts"]))) if said else None


def plots(said: tuple[Plot, ...]) -> dict[str, model.File]:
    """A File for each plot, by its name."""
    return {
        plot.name: model.File(plot.name, plot.media_type, plot.path, semantic_id=elements.reference(_PLOT))
        for plot in said
    }


def read_plots(said: Mapping[str, Any]) -> tuple[Plot, ...]:
    """The way back from ``plots``, out of the collection that holds them; none where it is not there."""
    found = said.get("Plots", {}).get("TrainingTesting", {})
    return tuple(Plot(name, one.value or "", one.content_type or "") for name, one in found.items())
