"""Step 2: cleaned data, every property with its meaning."""

from aas_server.product.preprocess.step import run

__all__ = ["run"]
