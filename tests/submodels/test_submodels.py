"""Every submodel we write: legal in both metamodels, conforming to its template, and read back without loss."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aas_core3.jsonization as json30
import aas_core3.verification as verify30
import aas_core3_1.jsonization as json31
import aas_core3_1.verification as verify31
import pytest
from basyx.aas import model
from basyx.aas.adapter.json import AASToJsonEncoder, StrictAASFromJsonDecoder

ROOT = Path(__file__).parents[2]
OWN = ROOT / "templates" / "own"
OFFICIAL = ROOT.parent / "shared" / "aas" / "idta-templates"
IDTA = {
    "TimeSeries": "02008_TimeSeriesData_1.1.1.json",
    "AssetInterfacesDescription": "02017_AssetInterfacesDescription_1.1.json",
    "AssetInterfacesMappingConfiguration": "02027_AssetInterfacesMappingConfiguration_2.0.json",
    "ContactInformation": "02002_ContactInformation_1.0.2.json",
    "TechnicalData": "02003_TechnicalData_2.0.2.json",
    "AIModelNameplate": "02060_AIModelNameplate_1.0.1.json",
    "AIDataset": "02058_AIDataset_1.0.1.json",
}


def as_json(thing: Any) -> Any:
    return json.loads(json.dumps(thing, cls=AASToJsonEncoder))


def elements(one: Any) -> Iterator[Any]:
    children = getattr(one, "submodel_element", None)
    if children is None and isinstance(one, model.SubmodelElementCollection | model.SubmodelElementList):
        children = one.value
    for child in children or ():
        yield child
        yield from elements(child)


def smtv(template: Path, submodel: Any, folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / "submodel.json"
    file.write_text(json.dumps({"submodels": [submodel]}, ensure_ascii=False), "utf-8")
    command = [Path(sys.executable).parent / "smtv", "--no-bundle", "--template", template, file]
    return subprocess.run(command, capture_output=True, text=True, timeout=240)


def test_it_is_legal_in_metamodel_3_1_and_3_0(case: Any) -> None:
    said = as_json(case.submodel)
    assert [str(error) for error in verify31.verify(json31.submodel_from_jsonable(said))] == []
    assert [str(error) for error in verify30.verify(json30.submodel_from_jsonable(said))] == []


def test_it_reads_back_as_it_was(case: Any) -> None:
    assert case.back(case.submodel) == case.data


def test_it_reads_back_after_a_walk_through_json(case: Any) -> None:
    text = json.dumps(case.submodel, cls=AASToJsonEncoder)
    assert case.back(json.loads(text, cls=StrictAASFromJsonDecoder)) == case.data


def test_every_property_has_a_meaning(case: Any) -> None:
    for one in elements(case.submodel):
        if isinstance(one, model.Property):
            assert one.semantic_id is not None and one.semantic_id.key[0].value, one.id_short


def test_all_of_them_make_one_legal_environment(all_cases: Any) -> None:
    environment = {"submodels": [as_json(case.submodel) for case in all_cases]}
    assert len({one["id"] for one in environment["submodels"]}) == len(all_cases)
    assert [str(error) for error in verify31.verify(json31.environment_from_jsonable(environment))] == []
    assert [str(error) for error in verify30.verify(json30.environment_from_jsonable(environment))] == []


@pytest.mark.shared
@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official templates lie in ../shared")
def test_each_with_an_idta_template_conforms_to_it(all_cases: Any, tmp_path: Path) -> None:
    judged = {case.name: case for case in all_cases if case.name in IDTA}
    assert judged.keys() == IDTA.keys()
    for name, case in judged.items():
        verdict = smtv(OFFICIAL / IDTA[name], as_json(case.submodel), tmp_path)
        assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def test_each_other_one_conforms_to_our_template(all_cases: Any, tmp_path: Path) -> None:
    judged = [case for case in all_cases if case.name not in IDTA]
    assert {case.name for case in judged} == {file.stem for file in OWN.glob("*.json")}
    for case in judged:
        verdict = smtv(OWN / f"{case.name}.json", as_json(case.submodel), tmp_path)
        assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def test_our_templates_notice_what_is_missing(all_cases: Any, tmp_path: Path) -> None:
    (quality,) = (case for case in all_cases if case.name == "DataQuality")
    said = as_json(quality.submodel)
    said["submodelElements"] = [one for one in said["submodelElements"] if one["idShort"] != "Rows"]
    verdict = smtv(OWN / "DataQuality.json", said, tmp_path)
    assert verdict.returncode == 1
    assert "Rows" in verdict.stdout
