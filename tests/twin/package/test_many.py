"""Faults by the thousand: the time grows with their number, not with its square."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from aas_server.settings import Settings
from aas_server.twin.package import Limits, opened


def seconds(folder: Path, count: int) -> float:
    elements = [
        {"modelType": "Property", "idShort": "Same", "valueType": "xs:int", "value": str(number)}
        for number in range(count)
    ]
    file = folder / f"{count}.json"
    submodel = {"modelType": "Submodel", "id": "urn:many", "submodelElements": elements}
    file.write_bytes(msgspec.json.encode({"submodels": [submodel]}))
    begun = time.process_time()
    with opened(file, Limits.of(Settings())) as source:
        names = {element["idShort"] for element in source.documents[0][1]["submodelElements"]}
        assert len(names) == count and len(source.repairs) == count - 1
    return time.process_time() - begun


def test_renaming_siblings_of_one_name_takes_time_linear_in_them(tmp_path: Path) -> None:
    few = min(seconds(tmp_path, 1000) for _ in range(3))
    assert min(seconds(tmp_path, 8000) for _ in range(2)) < 20 * few
