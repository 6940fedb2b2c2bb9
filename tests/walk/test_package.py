"""The product's AASX as other people's tools see it: each submodel against its template, in both editions."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import aas_core3.jsonization as json30
import aas_core3.verification as verify30
import aas_core3.xmlization as xml30
import aas_core3_1.verification as verify31
import aas_core3_1.xmlization as xml31
import pytest

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


def environment(package: Path) -> bytes:
    with zipfile.ZipFile(package) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".xml") and name.startswith("aasx/")]
        return archive.read(name)


@pytest.fixture(scope="module")
def product(finished):
    """The environment in the package: XML, metamodel 3.0."""
    return xml30.environment_from_str(environment(Path(finished.result["aasx"])).decode("utf-8"))


def test_it_verifies_as_3_0(product):
    assert [str(error) for error in verify30.verify(product)] == []


def test_it_verifies_as_3_1(finished, aas, tmp_path):
    target = tmp_path / "product.aasx"
    ended = aas(
        "product", "export", finished.result["product"], target, "--metamodel", "3.1", "--data", finished.folder
    )
    assert ended.code == 0, ended.err
    written = xml31.environment_from_str(environment(target).decode("utf-8"))
    assert [str(error) for error in verify31.verify(written)] == []


def test_every_submodel_is_judged_by_a_template(product):
    kinds = {template_of(submodel).stem for submodel in product.submodels}
    assert {file.stem for file in OWN.glob("*.json")} <= kinds
    assert len(kinds) == len(list(OWN.glob("*.json"))) + len(IDTA)


def test_each_submodel_conforms_to_its_template(product, tmp_path):
    if not OFFICIAL.is_dir():
        pytest.skip("the official templates lie in ../shared")
    for submodel in product.submodels:
        file = tmp_path / "submodel.json"
        said = json30.to_jsonable(submodel)
        file.write_text(json.dumps({"submodels": [said]}, ensure_ascii=False), "utf-8")
        command = [Path(sys.executable).parent / "smtv", "--no-bundle", "--template", template_of(submodel), file]
        verdict = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
        assert verdict.returncode == 0, f"{submodel.id_short}: {verdict.stdout}{verdict.stderr}"


def test_every_property_bears_a_meaning(product):
    without = [
        element.id_short
        for element in product.descend()
        if isinstance(element, xml30.aas_types.Property) and element.semantic_id is None
    ]
    assert without == []


def template_of(submodel) -> Path:
    """A companion stream has a TimeSeries of its own, under a longer name."""
    name = "TimeSeries" if submodel.id_short.startswith("TimeSeries") else submodel.id_short
    return OFFICIAL / IDTA[name] if name in IDTA else OWN / f"{name}.json"
