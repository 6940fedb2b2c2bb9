"""``engineering.csv`` and ``syscfg.json``, the two files that KOSMO's AAS parser makes and its gateway reads.

Form of the samples: ``ns=2;s=<AAS>.<Submodel>.<…>,<gateway>,<device>,<field tag>,<sampling ms>, -1`` a property,
the middle three blank where no field feeds it; ``syscfg.json`` names namespaces, gateways and their devices.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from basyx.aas import model

from aas_server.errors import BadInput
from aas_server.ids import Names, id_short
from aas_server.product import fields, report
from aas_server.product.fields import Twin
from aas_server.product.folder import whole
from submodels import operational_data
from submodels.asset_interfaces import AssetInterfaces, Feed
from submodels.operational_data import path_of

ENGINEERING, SYSTEM = "engineering.csv", "syscfg.json"
_KINDS = ("Identification", "Nameplate", "TechnicalData")
_DEFAULT_MS = 100
"""What the samples write for a property without a field."""
_LAST = " -1"


def write(twin: Twin, names: Names, product: str, folder: Path) -> tuple[int, int]:
    """Write both files into ``folder``, which is made. Returns how many properties there are and how many of
    them a field feeds. Raises ``BadInput`` where ``folder`` is there already and no empty one."""
    described = fields.interfaces(twin, product)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput("engineering-folder-taken", folder=folder)
    rows = [*_still(twin, product), *_live(product, described)]
    with whole(folder) as target:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([[report.harmless(cell) for cell in row] for row in rows])
        (target / ENGINEERING).write_text(text.getvalue(), "utf-8")
        (target / SYSTEM).write_text(json.dumps(_system(names, described), ensure_ascii=False, indent=2), "utf-8")
    return len(rows), sum(len(feed.fields) for feed in described.feeds)


def _still(twin: Twin, product: str) -> Iterator[list[str]]:
    """Properties that no field feeds."""
    for kind in _KINDS:
        submodel = twin.read(product, kind)
        for path in _properties(submodel.submodel_element) if submodel is not None else ():
            yield [_node(product, kind, path), " ", " ", " ", f" {_DEFAULT_MS}", _LAST]


def _properties(elements: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    for one in elements:
        here = (*path, one.id_short or "")
        if isinstance(one, model.SubmodelElementCollection):
            yield from _properties(one.value, here)
        elif isinstance(one, model.Property | model.MultiLanguageProperty):
            yield ".".join(here)


def _live(product: str, described: AssetInterfaces) -> Iterator[list[str]]:
    for feed in described.feeds:
        for field in feed.fields:
            node = _node(product, operational_data.KIND, path_of(feed.stream, field))
            yield [node, _gateway(feed), _device(feed), field.name, str(_sampling(feed)), _LAST]


def _node(product: str, submodel: str, path: str) -> str:
    return f"ns=2;s={id_short(product)}.{submodel}.{path}"


def _gateway(feed: Feed) -> str:
    """A gateway is named by the broker it is reached at: ``mqtt://10.0.0.5:1883`` → ``10.0.0.5_1883``."""
    return feed.broker.partition("://")[2].rpartition("@")[2].strip("/").replace(":", "_") or "MQTT"


def _device(feed: Feed) -> str:
    return feed.device or feed.stream


def _sampling(feed: Feed) -> int:
    return round(feed.interval * 1000) if feed.interval else _DEFAULT_MS


def _system(names: Names, described: AssetInterfaces) -> dict[str, object]:
    gateways: dict[str, list[Feed]] = {}
    for feed in described.feeds:
        gateways.setdefault(_gateway(feed), []).append(feed)
    return {
        "namespaces": [
            {"ns_index": 1, "ns": "http://www.w3.org/2011/mqtt", "aas_id": "-"},
            {"ns_index": 2, "ns": names.domain, "aas_id": "-"},
        ],
        "system": [
            {
                "GatewayName": gateway,
                "NetworkConnection": _address(feeds[0]),
                "SamplingInterval": f"{min(map(_sampling, feeds)):.1f}",
                "FieldDevices": [
                    {
                        "DeviceName": device,
                        "NetworkConnection": f"{_address(one)}/{one.topic}",
                        "SamplingInterval": f"{_sampling(one):.1f}",
                    }
                    for device, one in {_device(one): one for one in feeds}.items()
                ],
            }
            for gateway, feeds in gateways.items()
        ],
    }


def _address(feed: Feed) -> str:
    """The broker's address without user and password."""
    scheme, separator, rest = feed.broker.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2].rstrip('/')}"
