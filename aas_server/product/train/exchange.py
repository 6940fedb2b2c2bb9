"""The model as ONNX, preprocessing and decision inside: raw cells in, class or number out.

Inputs: ``features`` (float32, rows × columns of numbers; NaN = missing) and, where text is learnt from, ``texts``
(strings, rows × columns of text; empty = missing); or ``pictures`` (float32, rows × 3 ×
height × width). Outputs: ``label`` (int64: 1 = defect or anomaly, or the class's place), then ``probabilities``
(float32, rows × classes) or ``scores`` (float32, rows × 1); of numbers ``value`` (float32, rows × 1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, checker, helper, numpy_helper
from skl2onnx import __version__ as converter_version
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType

from aas_server.errors import BadInput
from aas_server.product.train import paths
from aas_server.product.train.answer import Answer
from aas_server.product.train.encoding import Encoder
from aas_server.product.train.examples import Texts
from aas_server.product.train.models import Forest, Isolation, Regressor
from aas_server.product.train.settings import baseline

# Read by every onnxruntime since 1.12 (2022): what is sold should run where the buyer is.
OPSETS = {"": 15, "ai.onnx.ml": 3}
FRAMEWORK = f"ONNX (opset {OPSETS['']}), skl2onnx {converter_version}"
FEATURES, TEXTS, PICTURES = "features", "texts", "pictures"
ENCODED = "encoded"
_DOMAIN = "ai.onnx.ml"


def export(fitted: Forest | Isolation | Regressor, encoder: Encoder) -> bytes:
    """The fitted model behind its encoder as an ONNX file."""
    model = _converted(fitted, encoder.owners.size)
    nodes, inputs = _encoding(encoder)
    return _joined(model, nodes, inputs)


def export_pictures(
    fitted: Forest | Isolation | Regressor, features: int, nodes: list[Any], initializers: list[Any], side: int
) -> bytes:
    """The fitted model behind the filters of ``pictures``, whose last node gives ``encoded``."""
    model = _converted(fitted, features)
    asked = helper.make_tensor_value_info(PICTURES, TensorProto.FLOAT, [None, 3, side, side])
    model.graph.initializer.extend(initializers)
    return _joined(model, nodes, [asked])


def feeds(numbers: NDArray[np.float64], texts: Texts) -> dict[str, Any]:
    """Raw cells as the file's inputs."""
    given: dict[str, Any] = {}
    if numbers.shape[1]:
        given[FEATURES] = numbers.astype(np.float32)
    if texts.shape[1]:
        given[TEXTS] = texts.astype(np.str_).astype(object)
    return given


def one_thread() -> Any:
    """Options under which sums are added in the same order on every run."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return options


class Session:
    """The file, run as a buyer runs it."""

    def __init__(self, onnx: bytes) -> None:
        self._session = onnxruntime.InferenceSession(onnx, one_thread(), providers=["CPUExecutionProvider"])

    def answer(self, given: Mapping[str, Any]) -> Answer:
        """What the file says: its class, or its number."""
        first = self._session.get_outputs()[0].name
        said = np.asarray(self._session.run([first], given)[0]).ravel()
        return Answer(values=said.astype(np.float64)) if first == "value" else Answer(codes=said.astype(np.int64))


def differences(said: Answer, original: Answer) -> int:
    """Rows on which the file and the original disagree: another class, or a number that is further off than
    ``same_number`` of the original's standard deviation."""
    if said.values is not None and original.values is not None:
        same = baseline().limits.same_number * float(original.values.std())
        return int((np.abs(said.values - original.values) > same).sum())
    assert said.codes is not None and original.codes is not None
    return int((said.codes != original.codes).sum())


def accept(rows: int, differing: int) -> None:
    """Raises ``BadInput`` where the file answers otherwise than the original too often: it is not the model whose
    figures are printed, and must not be sold as such."""
    least = baseline().limits.min_agreement
    if rows and 1 - differing / rows < least:
        raise BadInput("train-onnx-differs", rows=rows, differences=differing, least=least)


def _converted(fitted: Forest | Isolation | Regressor, features: int) -> Any:
    if isinstance(fitted, Isolation):
        return paths.model(fitted.estimator, features, ENCODED, OPSETS)
    options = {"zipmap": False} if isinstance(fitted, Forest) else {}
    model = to_onnx(
        fitted.estimator,
        name="baseline",
        initial_types=[(ENCODED, FloatTensorType([None, features]))],
        options={id(fitted.estimator): options},
        target_opset=OPSETS,
    )
    _decide(model.graph, fitted)
    return model


def _encoding(encoder: Encoder) -> tuple[list[Any], list[Any]]:
    """The nodes that make ``encoded`` of raw cells, and the inputs they ask for."""
    nodes, inputs, parts = [], [], []
    if encoder.medians.size:
        inputs.append(helper.make_tensor_value_info(FEATURES, TensorProto.FLOAT, [None, encoder.medians.size]))
        nodes.append(
            helper.make_node(
                "Imputer",
                [FEATURES],
                ["numbers"],
                name="missing",
                domain=_DOMAIN,
                imputed_value_floats=[float(median) for median in encoder.medians],
                replaced_value_float=float("nan"),
            )
        )
        parts.append("numbers")
    if encoder.categories:
        inputs.append(helper.make_tensor_value_info(TEXTS, TensorProto.STRING, [None, len(encoder.categories)]))
    for place, kinds in enumerate(encoder.categories):
        column, coded = f"text_{place}", f"categories_{place}"
        at = helper.make_node(
            "Constant", [], [f"place_{place}"], value=helper.make_tensor("place", TensorProto.INT64, [], [place])
        )
        nodes += [
            at,
            helper.make_node("Gather", [TEXTS, f"place_{place}"], [column], axis=1),
            helper.make_node(
                "OneHotEncoder", [column], [coded], domain=_DOMAIN, cats_strings=list(kinds), zeros=1
            ),
        ]
        parts.append(coded)
    nodes.append(helper.make_node("Concat", parts, [ENCODED], axis=1))
    return nodes, inputs


def _joined(model: Any, nodes: list[Any], inputs: list[Any]) -> bytes:
    behind = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*nodes, *behind])
    del model.graph.input[:]
    model.graph.input.extend(inputs)
    checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _decide(graph: Any, fitted: Forest | Regressor) -> None:
    """Put our own decision in place of the converter's: it knows no threshold."""
    if isinstance(fitted, Regressor):
        _rename(graph, graph.output[0].name, "value")
        graph.output[0].name = "value"
        return
    if fitted.threshold is None:
        _widen(graph, fitted)
        return
    converted, values = (output.name for output in graph.output)
    _rename(graph, converted, "converted_label")
    graph.initializer.append(helper.make_tensor("one", TensorProto.INT64, [], [1]))
    graph.initializer.append(helper.make_tensor("threshold", TensorProto.FLOAT, [], [float(fitted.threshold)]))
    graph.node.append(helper.make_node("Gather", [values, "one"], ["defect_probability"], axis=1))
    graph.node.append(helper.make_node("GreaterOrEqual", ["defect_probability", "threshold"], ["flagged"]))
    graph.node.append(helper.make_node("Cast", ["flagged"], [converted], to=TensorProto.INT64))


def _widen(graph: Any, fitted: Forest) -> None:
    """A probability of 0 for classes that the training part did not hold: as many columns as classes."""
    known = [int(code) for code in fitted.estimator.classes_]
    if len(known) == fitted.classes:
        return
    told = graph.output[1].name
    _rename(graph, told, "told_probabilities")
    places = np.eye(fitted.classes, dtype=np.float32)[known]
    graph.initializer.append(numpy_helper.from_array(places, "places"))
    graph.node.append(helper.make_node("MatMul", ["told_probabilities", "places"], [told]))
    graph.output[1].type.tensor_type.shape.dim[1].dim_value = fitted.classes


def _rename(graph: Any, old: str, new: str) -> None:
    for node in graph.node:
        for place, name in enumerate(node.output):
            if name == old:
                node.output[place] = new


def asked(session: Session, feeds: Iterator[Mapping[str, Any]]) -> Answer:
    """What the file says of rows that come in batches."""
    said = [session.answer(given) for given in feeds]
    if said[0].values is not None:
        return Answer(values=np.concatenate([one.values for one in said if one.values is not None]))
    return Answer(codes=np.concatenate([one.codes for one in said if one.codes is not None]))
