"""Step 2: cleaned data, every property with its meaning."""

from aas_server.product.preprocess.step import prepare, run

__all__ = ["prepare", "run"]
