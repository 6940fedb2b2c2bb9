"""Pictures as features: fixed filters (colour, edges in four directions, roughness), averaged over a grid, with
the strongest places of each filter. The filters are nodes of the ONNX file, so a buyer hands in the picture
itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, checker, helper, numpy_helper

from aas_server.product.train import exchange
from aas_server.product.train.bench import Bench
from aas_server.product.train.gallery import Gallery
from aas_server.product.train.models import Cells, Forest, Isolation, Regressor
from aas_server.product.train.settings import baseline

_BATCH = 256
_FILTERS = ("red", "green", "blue", "edge_across", "edge_down", "edge_rising", "edge_falling", "rough")
_GREY = (0.299, 0.587, 0.114)
"""Luma of ITU-R BT.601."""
_KERNELS = (
    ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
    ((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
    ((0, 1, 2), (-1, 0, 1), (-2, -1, 0)),
    ((-2, -1, 0), (-1, 0, 1), (0, 1, 2)),
    ((0, 1, 0), (1, -4, 1), (0, 1, 0)),
)
"""Sobel in four directions, Laplace."""


@dataclass(frozen=True, slots=True)
class PictureView:
    """``encoded``: all rows of the bench behind the filters. ``names``: of the filters."""

    bench: Bench
    gallery: Gallery
    encoded: Cells
    names: tuple[str, ...] = _FILTERS

    @property
    def owners(self) -> NDArray[np.int64]:
        """Every encoded column belongs to its filter."""
        numbers = baseline().pictures
        return np.repeat(np.tile(np.arange(len(_FILTERS)), 2), _sizes(numbers.grid**2, numbers.strongest))

    def cells(self, rows: NDArray[np.int64]) -> Cells:
        return self.encoded[rows]

    def feeds(self, rows: NDArray[np.int64]) -> Iterator[dict[str, Any]]:
        for start in range(0, rows.size, _BATCH):
            digests = [self.bench.examples.pictures[row] for row in rows[start : start + _BATCH]]
            yield {exchange.PICTURES: self.gallery.brought(digests)}

    def export(self, fitted: Forest | Isolation | Regressor) -> bytes:
        nodes, constants = _graph()
        side = baseline().pictures.side
        return exchange.export_pictures(fitted, self.encoded.shape[1], nodes, constants, side)


def of_gallery(bench: Bench, gallery: Gallery) -> PictureView:
    """All pictures of the bench behind the filters, a batch at a time."""
    digests = bench.examples.pictures
    session = onnxruntime.InferenceSession(_filters(), exchange.one_thread(), providers=["CPUExecutionProvider"])
    parts = [
        np.asarray(session.run(None, {exchange.PICTURES: gallery.brought(digests[start : start + _BATCH])})[0])
        for start in range(0, len(digests), _BATCH)
    ]
    return PictureView(bench, gallery, np.concatenate(parts).astype(np.float32))


def _graph() -> tuple[list[Any], list[Any]]:
    """The nodes from ``pictures`` to ``encoded``, and their constants."""
    numbers = baseline().pictures
    block, channels = numbers.side // numbers.grid, len(_FILTERS)
    weights = np.zeros((channels, 3, 3, 3), dtype=np.float32)
    for colour in range(3):
        weights[colour, colour, 1, 1] = 1
    for place, kernel in enumerate(_KERNELS, 3):
        weights[place] = np.multiply.outer(_GREY, np.array(kernel, dtype=np.float64) / 4)
    constants = [
        numpy_helper.from_array(weights, "filters"),
        helper.make_tensor("strongest", TensorProto.INT64, [1], [numbers.strongest]),
        helper.make_tensor("by_place", TensorProto.INT64, [3], [0, channels, numbers.grid**2]),
    ]
    pool: dict[str, Any] = {"kernel_shape": [block, block], "strides": [block, block]}
    nodes = [
        helper.make_node("Conv", [exchange.PICTURES, "filters"], ["signed"], pads=[1, 1, 1, 1]),
        helper.make_node("Abs", ["signed"], ["filtered"]),
        helper.make_node("AveragePool", ["filtered"], ["averaged"], **pool),
        helper.make_node("Flatten", ["averaged"], ["grid"]),
        helper.make_node("MaxPool", ["filtered"], ["peaks"], **pool),
        helper.make_node("Reshape", ["peaks", "by_place"], ["peaks_by_filter"]),
        helper.make_node("TopK", ["peaks_by_filter", "strongest"], ["top", "top_places"], axis=2),
        helper.make_node("Flatten", ["top"], ["peaks_flat"]),
        helper.make_node("Concat", ["grid", "peaks_flat"], [exchange.ENCODED], axis=1),
    ]
    return nodes, constants


def _filters() -> bytes:
    """The filters alone."""
    numbers = baseline().pictures
    nodes, constants = _graph()
    width = len(_FILTERS) * (numbers.grid**2 + numbers.strongest)
    asked = helper.make_tensor_value_info(
        exchange.PICTURES, TensorProto.FLOAT, [None, 3, numbers.side, numbers.side]
    )
    told = helper.make_tensor_value_info(exchange.ENCODED, TensorProto.FLOAT, [None, width])
    graph = helper.make_graph(nodes, "filters", [asked], [told], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", exchange.OPSETS[""])], ir_version=8)
    checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _sizes(places: int, strongest: int) -> NDArray[np.int64]:
    return np.array([places] * len(_FILTERS) + [strongest] * len(_FILTERS))
