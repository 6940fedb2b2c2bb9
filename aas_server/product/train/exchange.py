"""The model as ONNX, preprocessing and decision inside: numbers in, class out.

One input ``features`` (float32, rows × features; NaN = missing). Outputs: ``label`` (int64, 1 = defect or
anomaly), then ``probabilities`` (float32, rows × 2) of the forest or ``scores`` (float32, rows × 1) of the
isolation forest.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, checker, helper
from skl2onnx import __version__ as converter_version
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType

from aas_server.product.train.models import Forest, Isolation

# Read by every onnxruntime since 1.12 (2022): what is sold should run where the buyer is.
OPSETS = {"": 15, "ai.onnx.ml": 3}
FRAMEWORK = f"ONNX (opset {OPSETS['']}), skl2onnx {converter_version}"
INPUT = "features"


def export(fitted: Forest | Isolation, features: int) -> bytes:
    """The fitted pipeline as an ONNX file."""
    options = {"zipmap": False} if isinstance(fitted, Forest) else {}
    model = to_onnx(
        fitted.pipeline,
        name="baseline",
        initial_types=[(INPUT, FloatTensorType([None, features]))],
        options={id(fitted.pipeline): options},
        target_opset=OPSETS,
    )
    _decide(model.graph, fitted)
    checker.check_model(model)
    return bytes(model.SerializeToString())


def differences(onnx: bytes, fitted: Forest | Isolation, matrix: NDArray[np.float64]) -> int:
    """Rows that the ONNX file (fed float32) and the original (fed as the data are) put into different classes."""
    session = onnxruntime.InferenceSession(onnx, providers=["CPUExecutionProvider"])
    answered = session.run(["label"], {INPUT: matrix.astype(np.float32)})[0]
    return int((np.asarray(answered).ravel() != fitted.flagged(matrix)).sum())


def _decide(graph: Any, fitted: Forest | Isolation) -> None:
    """Put our own decision in place of the converter's: it knows no threshold, and says -1 for an anomaly."""
    converted, values = (output.name for output in graph.output)
    for node in graph.node:
        for place, name in enumerate(node.output):
            if name == converted:
                node.output[place] = "converted_label"
    if isinstance(fitted, Forest):
        graph.initializer.append(helper.make_tensor("one", TensorProto.INT64, [], [1]))
        graph.initializer.append(helper.make_tensor("threshold", TensorProto.FLOAT, [], [fitted.threshold]))
        graph.node.append(helper.make_node("Gather", [values, "one"], ["defect_probability"], axis=1))
        graph.node.append(helper.make_node("GreaterOrEqual", ["defect_probability", "threshold"], ["flagged"]))
    else:
        graph.initializer.append(helper.make_tensor("zero", TensorProto.INT64, [], [0]))
        graph.node.append(helper.make_node("Less", ["converted_label", "zero"], ["flagged"]))
    graph.node.append(helper.make_node("Cast", ["flagged"], [converted], to=TensorProto.INT64))
