"""A product whose fields are described but hardly standardised."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from aas_server.ids import Names
from aas_server.messages import in_all
from aas_server.runner import Runner
from aas_server.standard.dictionary import Dictionary
from aas_server.standard.licensed import Licensed
from aas_server.store.contract import Store
from aas_server.twin.repository import Repository
from aas_server.twin.shelf import Shelf
from submodels import asset_interfaces, fields
from submodels.asset_interfaces import AssetInterfaces, Feed
from submodels.field import Field, Unit
from submodels.text import both
from templates import units

PRODUCT = "press-1"
TEMPERATURE = "0112/2///61987#ABA927#005"
NAMES = Names("https://factory.example")


def field(name: str, id_short: str, semantic_id: str = "", unit: str = "", value_type: str = "xs:double") -> Field:
    known = units.unit(unit) if unit else None
    meaning = semantic_id or NAMES.concept(PRODUCT, "shots", id_short)
    return Field(
        name=name,
        id_short=id_short,
        value_type=value_type,
        semantic_id=meaning,
        origin=fields.origin_of(meaning),
        title=both(f"{name} 값", f"{id_short} value"),
        definition=both("온도이다", "a temperature") if semantic_id else in_all("collect-undefined", name=name),
        unit=Unit(known.symbol, known.code, known.irdi) if known else None,
    )


@pytest.fixture
def names() -> Names:
    return NAMES


@pytest.fixture
def twin(store: Store) -> Iterator[Shelf]:
    runner = Runner()
    shelf = Shelf(Repository(store), store.files, NAMES, runner.run)
    shots = (
        field("금형온도1", "MoldTemp1", TEMPERATURE, "°C"),
        field("MELT_P_PV", "MeltPressure", unit="bar"),
        field("ram speed", "RamSpeed", TEMPERATURE, "mm/s"),
        field("=cmd|x", "Odd", value_type="xs:string"),
    )
    other = (field("금형온도1", "MoldTemp1"), field("Humidity", "Humidity", unit="%"))
    feeds = (
        Feed(
            "shots", "mqtt://10.0.0.5:1883", "plant/shots", "flat-json", both("쇼트", "shots"), shots, interval=1.5
        ),
        Feed("room", "mqtt://10.0.0.5:1883", "plant/room", "flat-json", both("실내", "room"), other),
    )
    described = AssetInterfaces(NAMES.submodel(PRODUCT, asset_interfaces.DESCRIPTION_KIND), feeds)
    shelf.put(PRODUCT, asset_interfaces.to_submodel(described))
    yield shelf
    runner.close()


@pytest.fixture
def dictionary(tmp_path: Path) -> Dictionary:
    return Dictionary(Licensed(tmp_path))
