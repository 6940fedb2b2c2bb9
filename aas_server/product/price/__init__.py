"""Step 6, second half: a price with its calculation."""

from aas_server.product.price.step import run

__all__ = ["run"]
