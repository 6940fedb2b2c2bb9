"""An isolation forest as ONNX: one ensemble of trees whose leaves bear path lengths (Liu, Ting, Zhou 2008).

skl2onnx makes a subgraph a tree, in a time that grows with the square of their number; this is one node, and
exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper

_DOMAIN = "ai.onnx.ml"
_EULER = 0.5772156649015329


def model(forest: Any, features: int, asked: str, opsets: Mapping[str, int]) -> Any:
    """``asked`` (float32, rows × features) in; ``label`` (1 = anomaly) and ``scores`` (as scikit-learn's
    ``decision_function``: below 0 unusual) out."""
    scale = len(forest.estimators_) * float(unsuccessful(np.array([forest.max_samples_]))[0])
    constants = {
        "per_length": -np.log(2.0) / scale,  # 2^(-length / scale) = e^(length · per_length)
        "offset": float(forest.offset_),
        "nothing": 0.0,
    }
    trees = _trees(forest.estimators_)
    graph = helper.make_graph(
        _nodes(asked, trees),
        "baseline",
        [helper.make_tensor_value_info(asked, TensorProto.FLOAT, [None, features])],
        [
            helper.make_tensor_value_info("label", TensorProto.INT64, [None]),
            helper.make_tensor_value_info("scores", TensorProto.FLOAT, [None, 1]),
        ],
        [helper.make_tensor(name, TensorProto.FLOAT, [], [value]) for name, value in constants.items()]
        + [helper.make_tensor("first_axis", TensorProto.INT64, [1], [0])],
    )
    imports = [helper.make_opsetid(domain, version) for domain, version in opsets.items()]
    return helper.make_model(graph, opset_imports=imports, ir_version=8, producer_name="aas-data-product-server")


def _nodes(asked: str, trees: Mapping[str, Any]) -> list[Any]:
    """From the mean path's length to score and label."""
    return [
        helper.make_node("TreeEnsembleRegressor", [asked], ["length"], name="trees", domain=_DOMAIN, **trees),
        helper.make_node("Mul", ["length", "per_length"], ["exponent"]),
        helper.make_node("Exp", ["exponent"], ["isolation"]),
        helper.make_node("Neg", ["isolation"], ["raw"]),
        helper.make_node("Sub", ["raw", "offset"], ["scores"]),
        helper.make_node("Less", ["scores", "nothing"], ["flagged_column"]),
        helper.make_node("Cast", ["flagged_column"], ["flagged"], to=TensorProto.INT64),
        helper.make_node("Flatten", ["flagged"], ["flat"], axis=0),
        helper.make_node("Squeeze", ["flat", "first_axis"], ["label"]),
    ]


def unsuccessful(rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """c(n), the mean length of an unsuccessful search in a binary tree of n rows: 2·H(n − 1) − 2·(n − 1)/n."""
    count = rows.astype(np.float64)
    found = np.where(count == 2, 1.0, 0.0)
    many = count > 2
    found[many] = 2 * (np.log(count[many] - 1) + _EULER) - 2 * (count[many] - 1) / count[many]
    return found


def _trees(estimators: Any) -> dict[str, Any]:
    """The attributes of the ensemble: every tree's nodes in order, leaves with their path length."""
    said: dict[str, list[Any]] = {
        name: []
        for name in (
            "nodes_treeids", "nodes_nodeids", "nodes_modes", "nodes_featureids", "nodes_values",
            "nodes_truenodeids", "nodes_falsenodeids", "target_treeids", "target_nodeids", "target_weights",
        )
    }  # fmt: skip
    for number, estimator in enumerate(estimators):
        tree = estimator.tree_
        leaf = tree.children_left < 0
        said["nodes_treeids"] += [number] * tree.node_count
        said["nodes_nodeids"] += range(tree.node_count)
        said["nodes_modes"] += ["LEAF" if end else "BRANCH_LEQ" for end in leaf]
        said["nodes_featureids"] += [0 if end else int(at) for end, at in zip(leaf, tree.feature, strict=True)]
        said["nodes_values"] += [0.0 if end else at for end, at in zip(leaf, _down(tree.threshold), strict=True)]
        said["nodes_truenodeids"] += [max(int(place), 0) for place in tree.children_left]
        said["nodes_falsenodeids"] += [max(int(place), 0) for place in tree.children_right]
        ends = np.flatnonzero(leaf)
        said["target_treeids"] += [number] * ends.size
        said["target_nodeids"] += ends.tolist()
        lengths = _depths(tree)[ends] + unsuccessful(tree.n_node_samples[ends])
        said["target_weights"] += lengths.tolist()
    return {**said, "target_ids": [0] * len(said["target_nodeids"]), "n_targets": 1}


def _down(thresholds: NDArray[np.float64]) -> list[float]:
    """As float32, never above the original: a float32 cell then falls on the same side."""
    near = thresholds.astype(np.float32)
    lower = np.where(near > thresholds, np.nextafter(near, np.float32(-np.inf)), near)
    return [float(value) for value in lower]


def _depths(tree: Any) -> NDArray[np.float64]:
    """Cuts above each node; a node stands behind its parent."""
    depths = np.zeros(tree.node_count)
    for node in range(tree.node_count):
        for child in (tree.children_left[node], tree.children_right[node]):
            if child >= 0:
                depths[child] = depths[node] + 1
    return depths
