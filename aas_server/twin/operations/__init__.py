"""The Operations of submodels: what stands behind them, and how they are performed."""

from aas_server.twin.operations.operations import Call, Invocation, Operations, Results, Work

__all__ = ["Call", "Invocation", "Operations", "Results", "Work"]
