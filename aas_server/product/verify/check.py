"""What can be said of the recipe's ``[quality]`` before there are data."""

from __future__ import annotations

from aas_server.product.work import Work
from aas_server.quality import profile


def check(work: Work) -> None:
    """Raises ``BadInput`` for a profile that is not there or is wrong."""
    profile.load(work.recipe.quality.profile)
