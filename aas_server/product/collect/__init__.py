"""Step 1 of the call: collect and store. One public function: ``run``."""

from aas_server.product.collect.step import run

__all__ = ["run"]
