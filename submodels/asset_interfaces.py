"""AssetInterfacesDescription (IDTA 02017) and AssetInterfacesMappingConfiguration (IDTA 02027): the feed.

These two are the one truth for what a field of the feed means and where it goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from submodels.field import Field
from submodels.text import Text

DESCRIPTION_KIND = "AssetInterfacesDescription"
MAPPING_KIND = "AssetInterfacesMappingConfiguration"


@dataclass(frozen=True, slots=True)
class Feed:
    """One stream as it arrives: ``topic`` (a filter) at ``broker`` (``mqtt://host:port``). ``payload`` names the
    form: ``flat-json`` (one object a record) or ``mos-type-4`` (tags in an array)."""

    stream: str
    broker: str
    topic: str
    payload: Literal["flat-json", "mos-type-4"]
    title: Text
    fields: tuple[Field, ...]
    qos: int = 1


@dataclass(frozen=True, slots=True)
class AssetInterfaces:
    """All feeds of one shell."""

    id: str
    feeds: tuple[Feed, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which described field is which element: source path in the description, sink in ``OperationalData``."""

    id: str
    interfaces: AssetInterfaces
    operational_data_id: str
