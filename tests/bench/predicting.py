"""Rows a second that a release's model answers: the file alone, the predictor, and over HTTP.

``python tests/bench/predicting.py [--rows 1000] [--features 20]``; needs the extra ``model``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import RandomForestClassifier

from aas_server.product.predicting import rows as given
from aas_server.product.predicting.answers import answers
from aas_server.product.predicting.inputs import inputs
from aas_server.product.predicting.sessions import Sessions
from aas_server.product.predicting.signature import Feature, Signature
from submodels.ai_model import AIModel
from submodels.ai_parts import Confusion, OnnxCheck, Split
from submodels.text import both


def model(features: int, file: Path) -> Signature:
    """A forest of the size that step 3 makes, and what it is fed with."""
    random = np.random.default_rng(0)
    matrix = random.normal(size=(20_000, features)).astype(np.float32)
    label = (matrix[:, 0] + matrix[:, 1] ** 2 + random.normal(size=20_000) > 2).astype(int)
    forest = RandomForestClassifier(101, min_samples_leaf=2, random_state=0, n_jobs=2).fit(matrix, label)
    made = to_onnx(
        forest,
        initial_types=[("features", FloatTensorType([None, features]))],
        options={id(forest): {"zipmap": False}},
        target_opset={"": 15, "ai.onnx.ml": 3},
    )
    file.write_bytes(made.SerializeToString())
    names = tuple(f"F{at}" for at in range(features))
    split, words = Split("0", 1, 1, 0, 0), both("", "")
    described = AIModel(
        "x", "classification", "forest", "", "bad", "1", names, split, 0.8, 0.9, 0.5,
        Confusion(("good", "defect"), ((1, 0), (0, 1))), (), OnnxCheck(1, 0), False, words, {}, {},
    )  # fmt: skip
    return Signature(
        "r", "p", described, tuple(Feature(name, name, {}, "", "xs:double") for name in names), frozenset()
    )


def rate(rows: int, call: Callable[[], object]) -> float:
    """The median of seven runs, in rows a second."""
    call()
    times = []
    for _ in range(7):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return rows / statistics.median(times)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--rows", type=int, default=1000)
    asked.add_argument("--features", type=int, default=20)
    settings = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.onnx"
        signature = model(settings.features, file)
        sessions = Sessions(1)
        matrix = np.random.default_rng(1).normal(size=(settings.rows, settings.features)).astype(np.float32)
        names = [feature.id_short for feature in signature.features]
        body = json.dumps([dict(zip(names, map(float, row), strict=True)) for row in matrix]).encode()
        single = json.dumps(dict(zip(names, map(float, matrix[0]), strict=True))).encode()

        def whole(sent: bytes) -> bytes:
            read = inputs(given.read(".json", sent, 10**6), signature)
            outputs = sessions.run("x", file, {"features": read.matrix})
            return json.dumps(answers(signature, read, outputs)).encode()

        alone = onnxruntime.InferenceSession(file.read_bytes(), providers=["CPUExecutionProvider"])
        print(json.dumps({
            "onnxruntime alone": round(rate(settings.rows, lambda: alone.run(None, {"features": matrix}))),
            "JSON to JSON": round(rate(settings.rows, lambda: whole(body))),
            "a row at a time": round(rate(1, lambda: whole(single))),
        }, indent=1))  # fmt: skip


if __name__ == "__main__":
    main()
