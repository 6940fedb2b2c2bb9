"""Step 4: what a buyer can do with data and model, each statement backed by a measured figure."""

from aas_server.product.use_cases.step import run

__all__ = ["run"]
