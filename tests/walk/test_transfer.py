"""``aas import``, ``aas export`` and ``aas check``, as a person runs them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest


def environment(name: str, value: str, id_short: str = "Cell") -> dict[str, Any]:
    """A machine with a submodel whose id every machine bears."""
    reference = {"type": "ModelReference", "keys": [{"type": "Submodel", "value": "urn:sm:data"}]}
    shell = {
        "modelType": "AssetAdministrationShell",
        "id": f"urn:aas:{name}",
        "idShort": id_short,
        "assetInformation": {"assetKind": "Instance", "globalAssetId": f"urn:{name}"},
        "submodels": [reference],
    }
    speed = {"modelType": "Property", "idShort": "Speed", "valueType": "xs:double", "value": value}
    submodel = {"modelType": "Submodel", "id": "urn:sm:data", "submodelElements": [speed]}
    return {"assetAdministrationShells": [shell], "submodels": [submodel]}


@pytest.fixture
def machines(tmp_path: Path) -> tuple[Path, Path]:
    files = tmp_path / "a.json", tmp_path / "b.json"
    files[0].write_text(json.dumps(environment("a", "1.50")))
    files[1].write_text(json.dumps(environment("b", "2.50", "CellB")))
    return files


def test_packages_go_in_beside_each_other_and_come_out_again(aas, tmp_path, machines):
    data = tmp_path / "data"
    broken = tmp_path / "broken.aasx"
    broken.write_bytes(b"PK\x03\x04")
    taken = aas("import", machines[0], broken, machines[1], "--data", data, "--lang", "en")
    assert taken.code == 1, taken.err
    assert "a.json: 2 created" in taken.out and "broken.aasx: not imported" in taken.out
    assert "b.json: 1 created, 0 updated, 0 unchanged, 1 kept beside others" in taken.out
    assert "submodel urn:sm:data is here with other content; kept beside it as urn:sm:data~b-" in taken.out
    again = aas("import", *machines, "--data", data, "--json")
    assert again.code == 0
    reports = json.loads(again.out)
    assert {one["outcome"] for report in reports for one in report["documents"]} == {"same"}

    package = tmp_path / "out" / "b.aasx"
    exported = aas(
        "export", "CellB", "-o", package, "--data", data, "--form", "json", "--metamodel", "3.1", "--json"
    )
    assert exported.code == 0, exported.err
    assert exported.last["shells"] == 1 and exported.last["submodels"] == 1
    with zipfile.ZipFile(package) as opened:
        found = json.loads(opened.read("aasx/data.json"))
    assert found["submodels"][0]["submodelElements"][0]["value"] == "2.50"
    assert aas("check", package).code == 0


@pytest.mark.long
def test_everything_is_exported_where_nothing_is_named(aas, tmp_path, machines):
    data = tmp_path / "data"
    assert aas("import", *machines, "--data", data).code == 0
    for name in ("all.json", "all.xml", "all.aasx"):
        assert aas("export", "-o", tmp_path / name, "--data", data).code == 0
        other = tmp_path / f"from-{name}"
        report = json.loads(aas("import", tmp_path / name, "--data", other, "--json").out)[0]
        assert [one["outcome"] for one in report["documents"]] == ["created"] * 4
    assert len(json.loads((tmp_path / "all.json").read_text())["submodels"]) == 2


def test_what_cannot_be_exported_is_said(aas, tmp_path, machines):
    machines[1].write_text(json.dumps(environment("b", "2")))
    aas("import", *machines, "--data", tmp_path / "data")
    for arguments, told in (
        (("nobody", "-o", "x.aasx"), "nobody"),
        (("Cell", "-o", "x.aasx"), "urn:aas:"),
        (("urn:aas:a", "-o", "x.json", "--form", "xml"), "--form"),
        (("urn:aas:a",), "--output"),
    ):
        ended = aas("export", *arguments, "--data", tmp_path / "data", "--lang", "en")
        assert ended.code == 2 and told in ended.err
        assert not Path("x.aasx").exists()


def test_conflicts_are_refused_or_replaced_when_asked(aas, tmp_path, machines):
    data = tmp_path / "data"
    aas("import", machines[0], "--data", data)
    refused = aas("import", machines[1], "--data", data, "--on-conflict", "refuse", "--lang", "ko")
    assert refused.code == 1 and "urn:sm:data" in refused.out and "keep-both" in refused.out
    replaced = aas("import", machines[1], "--data", data, "--on-conflict", "replace", "--lang", "en")
    assert replaced.code == 0 and "1 created, 1 updated" in replaced.out


def test_a_file_that_needs_a_repair_is_mended_refused_or_judged(aas, tmp_path):
    given = environment("a", "1")
    given["submodels"][0]["submodelElements"][0]["idShort"] = "9 Speed"
    file = tmp_path / "field.json"
    file.write_text(json.dumps(given))
    strict = aas("import", file, "--strict", "--data", tmp_path / "strict", "--lang", "en")
    assert strict.code == 1 and "not imported" in strict.out
    taken = aas("import", file, "--data", tmp_path / "data", "--lang", "en")
    assert taken.code == 0 and "repaired urn:sm:data#" in taken.out and "9 Speed" in taken.out
    checked = aas("check", file, "--lang", "en")
    assert checked.code == 1 and "aas-core" in checked.out and "basyx" in checked.out
