"""Step 3: a baseline model with its figures, split by time, compared with the naive guess, as ONNX."""

from aas_server.product.train.check import check
from aas_server.product.train.step import run

__all__ = ["check", "run"]
