"""A whole ``product.toml``."""

from __future__ import annotations

from dataclasses import dataclass, field

from aas_server.product.recipe.cleaning import Cleaning
from aas_server.product.recipe.costing import Costing
from aas_server.product.recipe.label import Label
from aas_server.product.recipe.modelling import Modelling
from aas_server.product.recipe.owner import Owner
from aas_server.product.recipe.quality import Quality
from aas_server.product.recipe.terms import Terms
from submodels.text import Text
from submodels.use_cases import ProductKind


@dataclass(frozen=True, slots=True)
class Recipe:
    """One product. ``streams``: the first is the main one. ``time``: the raw column that bears the time, or
    ``None`` where the message's own time is used. ``kept_years``: how long the listing stays (at least 1)."""

    id: str
    title: Text
    description: Text
    kind: ProductKind
    industry: str
    process: Text
    equipment: Text
    keywords: tuple[Text, ...]
    streams: tuple[str, ...]
    owner: Owner
    time: str | None = None
    label: Label | None = None
    cleaning: Cleaning = field(default_factory=Cleaning)
    modelling: Modelling = field(default_factory=Modelling)
    quality: Quality = field(default_factory=Quality)
    costing: Costing = field(default_factory=Costing)
    terms: Terms = field(default_factory=Terms)
    library: str = "제조데이터 라이브러리 (KAMP)"
    kept_years: int = 1
