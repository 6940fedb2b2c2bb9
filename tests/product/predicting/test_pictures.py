"""A picture sent to a model of pictures, asked of a model that says how red it is."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from PIL import Image

from aas_server.errors import AasError
from aas_server.product.predicting.predictor import Predictor
from aas_server.product.predicting.rows import Rows
from aas_server.product.predicting.schema import openapi
from submodels.ai_parts import Picture


@pytest.fixture(scope="module")
def looking(release: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The release with a model whose value is the mean of the red channel."""
    nodes = [
        helper.make_node("Slice", ["pictures", "zero", "one", "channel"], ["red"]),
        helper.make_node("ReduceMean", ["red"], ["value"], axes=[1, 2, 3], keepdims=0),
    ]
    constants = [
        helper.make_tensor(name, TensorProto.INT64, [1], [value])
        for name, value in (("zero", 0), ("one", 1), ("channel", 1))
    ]
    graph = helper.make_graph(
        nodes,
        "red",
        [helper.make_tensor_value_info("pictures", TensorProto.FLOAT, [None, 3, 4, 8])],
        [helper.make_tensor_value_info("value", TensorProto.FLOAT, [None])],
        constants,
    )
    file = tmp_path_factory.mktemp("looking") / "model.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8), file)
    model = replace(release.record.trained.model, task="regression", confusion=None, picture=Picture("file", 8, 4))
    return replace(release.record, trained=replace(release.record.trained, model=model, onnx=file))


def picture(kind: str, size: tuple[int, int] = (16, 12)) -> bytes:
    pixels = np.zeros((size[1], size[0], 3), np.uint8)
    pixels[:, : size[0] // 2, 0] = 255
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, kind)
    return content.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "BMP"])
def test_a_picture_is_brought_to_the_models_size(looking: Any, kind: str) -> None:
    said = Predictor(1).look(looking, picture(kind), 10**6)
    assert said["predictions"] == [{"value": 0.5}]
    assert said["rows"] == 1


@pytest.mark.parametrize(
    ("content", "most", "key"),
    [
        (b"GIF89a", 10**6, "predict-picture-unreadable"),
        (picture("GIF"), 10**6, "predict-picture-unreadable"),
        (picture("PNG")[:60], 10**6, "predict-picture-unreadable"),
        (picture("PNG"), 191, "predict-picture-large"),
    ],
    ids=["none", "other", "broken", "large"],
)
def test_what_is_no_picture_of_ours_is_refused(looking: Any, content: bytes, most: int, key: str) -> None:
    with pytest.raises(AasError, match=key):
        Predictor(1).look(looking, content, most)


def test_rows_are_refused_by_a_model_of_pictures(looking: Any) -> None:
    with pytest.raises(AasError, match="predict-needs-picture"):
        Predictor(1).predict(looking, Rows(1, {"pressure": [1.0]}))


def test_a_picture_is_refused_by_a_model_of_rows(release: Any, tmp_path: Path) -> None:
    with pytest.raises(AasError, match="predict-needs-rows"):
        Predictor(1).look(release.record, picture("PNG"), 10**6)


def test_its_description_asks_for_a_picture(looking: Any) -> None:
    said = openapi(Predictor(1).signature(looking), "http://x.example", 10, "en")
    content = said["paths"]["/predict"]["post"]["requestBody"]["content"]
    assert set(content) == {"image/jpeg", "image/png", "image/bmp"}
    jsonschema.Draft202012Validator.check_schema(said["components"]["schemas"]["Row"])
