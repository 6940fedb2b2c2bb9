"""Step 6, first half: quality figures with their evidence."""

from aas_server.product.verify.check import check, check_data
from aas_server.product.verify.step import run

__all__ = ["check", "check_data", "run"]
