"""Step 6, first half: quality figures with their evidence."""

from aas_server.product.verify.check import check
from aas_server.product.verify.step import run

__all__ = ["check", "run"]
