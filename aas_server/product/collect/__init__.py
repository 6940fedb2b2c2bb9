"""Step 1 of the call: collect and store. ``gather`` counts and describes, ``run`` puts it into the shell, too."""

from aas_server.product.collect.step import gather, run

__all__ = ["gather", "run"]
