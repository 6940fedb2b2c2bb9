"""The model of a release, asked in three ways: by the server, by the script in the zip, and by hand."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from basyx.aas.adapter.json import AASToJsonEncoder

from aas_server.product.predicting.predictor import Predictor
from aas_server.product.predicting.rows import Rows
from submodels import ai_dataset, ai_model

OFFICIAL = Path(__file__).parents[4] / "shared" / "aas" / "idta-templates"


def by_hand(release: Any, rows: Any) -> list[dict[str, Any]]:
    """The ONNX file run as its card says, with nothing of ours."""
    session = onnxruntime.InferenceSession(str(release.record.trained.onnx))
    features = list(release.record.trained.model.features)
    label, shares = session.run(
        ["label", "probabilities"], {"features": rows[features].to_numpy(dtype=np.float32)}
    )
    return [
        {"class": ("good", "defect")[at], "probabilities": share} for at, share in zip(label, shares, strict=True)
    ]


def asked(release: Any, rows: Any) -> list[dict[str, Any]]:
    """What the server says of a table's rows."""
    cells = {
        name: [None if value != value else value for value in rows[name].tolist()]
        for name in release.record.trained.model.features
    }
    said = Predictor(1).predict(release.record, Rows(len(rows), cells))
    return list(said["predictions"])


def test_the_server_says_what_the_onnx_file_says(release: Any) -> None:
    said, expected = asked(release, release.table), by_hand(release, release.table)
    assert len(said) == len(release.table)
    assert {one["class"] for one in said} == {"good", "defect"}
    for one, other in zip(said, expected, strict=True):
        assert one["class"] == other["class"]
        assert list(one["probabilities"].values()) == pytest.approx(other["probabilities"], abs=1e-6)


def test_missing_cells_are_filled_by_the_model_and_told(release: Any) -> None:
    said = asked(release, release.table.iloc[:38])
    assert [at for at, one in enumerate(said) if one.get("missing") == ["noise"]] == [0, 37]


@pytest.fixture(scope="module")
def unpacked(release: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a buyer has after unzipping."""
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(release.record.released.archive) as archive:
        archive.extractall(folder)
    return folder / "cell-r1"


def run(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    """The script of the release in a process of its own, away from our code."""
    command = [sys.executable, "-I", "model/load.py", "--json", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_script_in_the_zip_says_what_the_server_says(release: Any, unpacked: Path) -> None:
    mine = [
        {name: part for name, part in one.items() if name not in ("missing", "outside")}
        for one in asked(release, release.table)
    ]
    assert run(unpacked, "data/shots.parquet") == mine


def test_without_a_file_the_script_takes_the_sample(unpacked: Path) -> None:
    assert len(run(unpacked)) == 100


def test_the_script_is_imported_too(unpacked: Path) -> None:
    code = "from load import Model; print(Model().predict([{'pressure': 90}]))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=unpacked / "model", capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0 and "'class': 'good'" in done.stdout, done.stderr


def test_the_requirements_name_what_the_script_imports(unpacked: Path) -> None:
    needed = (unpacked / "model" / "requirements.txt").read_text("utf-8").splitlines()
    assert [line.partition(">=")[0] for line in needed] == [
        "numpy",
        "onnxruntime",
        "tzdata; sys_platform == 'win32'",
    ]


def test_every_drawing_lies_in_the_release_and_in_the_shell(release: Any, unpacked: Path) -> None:
    plots = release.record.trained.model.plots
    assert {"ConfusionMatrix_ko", "ConfusionMatrix_en", "Importance_ko"} <= {plot.name for plot in plots}
    kept = release.work.twin.read("cell", "AIModelNameplate")
    found = {element.id_short: element.value for element in kept.get_referable(["Plots", "TrainingTesting"]).value}
    for plot in plots:
        file = unpacked / "model" / Path(plot.path).name
        assert file.read_text("utf-8").startswith("<svg ")
        assert found[plot.name] == plot.path


def test_the_shell_tells_what_the_model_was_trained_on(release: Any) -> None:
    dataset = ai_dataset.from_submodel(release.work.twin.read("cell", "AIDataset"))
    bad = int(release.table["bad"].sum())
    assert [(one.name, one.rows) for one in dataset.classes] == [("good", 900 - bad), ("defect", bad)]
    assert (dataset.rows, dataset.train_rows + dataset.test_rows) == (900, 900)
    missing = int(release.table.isna().sum().sum())
    assert dataset.metrics["MissingCells"] == str(missing)
    assert dataset.metrics["MissingShare_noise"] == f"{missing / 900:.6f}"
    assert dataset.information["Features"] == "pressure, temperature, noise"
    assert dataset.information["Licence"].endswith("/Licensing")
    nameplate = ai_model.from_submodel(release.work.twin.read("cell", "AIModelNameplate"))
    assert nameplate.dataset == dataset.id


@pytest.mark.shared
@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official templates lie in ../shared")
@pytest.mark.parametrize("kind", ["02058_AIDataset_1.0.1", "02060_AIModelNameplate_1.0.1"])
def test_what_the_line_wrote_conforms_to_the_official_template(release: Any, tmp_path: Path, kind: str) -> None:
    submodel = release.work.twin.read("cell", kind.split("_")[1])
    file = tmp_path / "submodel.json"
    file.write_text(json.dumps({"submodels": [submodel]}, cls=AASToJsonEncoder), "utf-8")
    command = [Path(sys.executable).parent / "smtv", "--no-bundle", "--template", OFFICIAL / f"{kind}.json", file]
    verdict = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
