from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from basyx.aas import model
from basyx.aas.model.concept import ConceptDescription

from aas_server.errors import BadInput
from aas_server.ids import Names
from aas_server.store.contract import Store
from aas_server.twin.repository import Repository
from aas_server.twin.shelf import Shelf


def technical(names: Names, value: str = "7.50", kind: str = "TechnicalData") -> model.Submodel:
    file = model.File("Manual", "text/plain", "/aasx/files/manual.txt")
    power = model.Property("Power", model.datatypes.String, value)
    return model.Submodel(names.submodel("press", kind), [power, file], id_short=kind)


def test_a_submodel_is_put_on_the_products_shell(
    shelf: Shelf, names: Names, repository: Repository, store: Store, run: Callable[..., Any], tmp_path: Path
) -> None:
    manual = tmp_path / "manual.txt"
    manual.write_text("설명서", "utf-8")
    shelf.put("press", technical(names), {"Manual": manual})
    shelf.put("press", technical(names, kind="Identification"))
    shell = msgspec.json.decode(run(repository.get("shell", names.shell("press"))).body)
    assert shell["assetInformation"]["globalAssetId"] == names.asset("press")
    assert [one["keys"][0]["value"] for one in shell["submodels"]] == [
        names.submodel("press", "TechnicalData"),
        names.submodel("press", "Identification"),
    ]
    media_type, digest = run(repository.attachment(names.submodel("press", "TechnicalData"), "Manual"))
    assert media_type == "text/plain" and store.files.path(digest).read_text("utf-8") == "설명서"


def test_putting_the_same_again_writes_nothing(
    shelf: Shelf, names: Names, repository: Repository, store: Store, run: Callable[..., Any], tmp_path: Path
) -> None:
    manual = tmp_path / "manual.txt"
    manual.write_text("x")
    shelf.put("press", technical(names), {"Manual": manual})
    before = len(run(store.documents.changes(0, 100)))
    shelf.put("press", technical(names), {"Manual": manual})
    assert len(run(store.documents.changes(0, 100))) == before


def test_a_submodel_comes_back_by_its_kind(shelf: Shelf, names: Names) -> None:
    assert shelf.read("press", "TechnicalData") is None
    shelf.put("press", technical(names))
    read = shelf.read("press", "TechnicalData")
    assert read is not None
    power = read.get_referable("Power")
    assert isinstance(power, model.Property) and power.value == "7.50"


def test_a_file_for_an_element_that_is_none_is_refused(shelf: Shelf, names: Names, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as raised:
        shelf.put("press", technical(names), {"Power": tmp_path / "x"})
    assert raised.value.key == "attachment-no-file"
    assert shelf.read("press", "TechnicalData") is None


def test_concepts_are_stored_all_or_none(
    shelf: Shelf, names: Names, repository: Repository, run: Callable[..., Any]
) -> None:
    shelf.put_concepts([ConceptDescription(names.concept("Power"), id_short="Power")])
    stored = run(repository.get("concept-description", names.concept("Power")))
    assert json.loads(stored.body)["idShort"] == "Power"


def test_an_export_of_an_unknown_metamodel_is_refused(shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        shelf.export("press", tmp_path / "x.aasx", "2.0")
