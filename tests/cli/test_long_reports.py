"""A report of thousands of lines: a person sees the first and how many more there are, a script sees all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.long
def test_a_long_report_is_cut_for_people_only(aas: Callable[..., Any], tmp_path: Path) -> None:
    elements = [{"modelType": "Property", "idShort": "Same", "valueType": "xs:int"} for _ in range(500)]
    file = tmp_path / "many.json"
    submodel = {"modelType": "Submodel", "id": "urn:many", "submodelElements": elements}
    file.write_text(json.dumps({"submodels": [submodel]}))
    told = aas("import", file, "--data", tmp_path / "a", "--lang", "en")
    assert told.code == 0 and len(told.out.splitlines()) == 52
    assert told.out.splitlines()[-1].strip() == "… and 449 more; --json has all."
    full = aas("import", file, "--data", tmp_path / "b", "--json")
    assert len(json.loads(full.out)[0]["repairs"]) == 499
    checked = aas("check", file, "--lang", "en")
    assert checked.code == 1 and "more; --json has all." in checked.out
    assert len(checked.out.splitlines()) == 52
