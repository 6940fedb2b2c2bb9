"""Step 6, second half: a price with its calculation."""

from aas_server.product.price.step import check, run

__all__ = ["check", "run"]
