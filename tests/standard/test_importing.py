"""Licensed dictionaries in the published forms: read, kept, added to; what is broken or hostile is told."""

from __future__ import annotations

import tracemalloc
import zipfile
from pathlib import Path

import pytest

from aas_server.errors import BadInput
from aas_server.standard import importing
from aas_server.standard.dictionary import Dictionary
from aas_server.standard.importing import Trouble, ontoml
from aas_server.standard.licensed import Licensed, Taken


def take(licensed: Licensed, file: Path) -> tuple[Taken, list[Trouble]]:
    troubles: list[Trouble] = []
    return licensed.take(importing.read(file, troubles.append)), troubles


def test_eclass_xml_is_read_with_its_languages_and_units(licensed: Licensed, files: Path) -> None:
    taken, troubles = take(licensed, files / "eclass.xml")
    assert taken == Taken(new=1)
    assert [(one.line, one.key, one.given) for one in troubles] == [
        (22, "dictionary-row-irdi", "broken"),
        (25, "dictionary-row-nameless", "0173-1#02-ZZZ102#001"),
    ]
    assert take(licensed, files / "units.xml")[0] == Taken(new=1)
    entry = licensed.entry("0173-1#02-ZZZ101#001")
    assert entry is not None
    assert entry.names == {"de": "Stößelschließgeschwindigkeit", "en": "ram closing speed"}
    assert entry.definition == {"en": "speed at which the ram closes"}
    assert (entry.unit, entry.quantities, entry.data_type) == ("mm/s", {"Velocity"}, "REAL_MEASURE")


def test_eclass_csv_is_read_and_bad_rows_are_told_by_line(licensed: Licensed, files: Path) -> None:
    taken, troubles = take(licensed, files / "eClass99_0_PR_en.csv")
    assert taken == Taken(new=1)
    assert [(one.line, one.key) for one in troubles] == [(3, "dictionary-row-short"), (4, "dictionary-row-irdi")]
    take(licensed, files / "eClass99_0_UN_en.csv")
    assert take(licensed, files / "eClass99_0_PR_de.csv")[0] == Taken(changed=1)
    entry = licensed.entry("0173-1#02-ZZZ201#003")
    assert entry is not None
    assert entry.names == {"de": "Kavitätstemperatur", "en": "mould cavity temperature"}
    assert (entry.unit, entry.quantities) == ("°C", {"Temperature"})


def test_a_cdd_export_is_read_by_the_codes_of_its_columns(licensed: Licensed, files: Path) -> None:
    taken, troubles = take(licensed, files / "export_PROPERTY.xlsx")
    assert taken == Taken(new=1)
    assert [(one.line, one.given) for one in troubles] == [(6, "not an id")]
    entry = licensed.entry("0112/2///99999#ZZA001#002")
    assert entry is not None
    assert (entry.name("en"), entry.unit, entry.quantities) == ("melt cushion pressure", "MPa", {"Pressure"})


def test_the_same_again_changes_nothing(licensed: Licensed, files: Path, tmp_path: Path) -> None:
    for name in ("eclass.xml", "eClass99_0_PR_en.csv", "export_PROPERTY.xlsx"):
        take(licensed, files / name)
    before = (tmp_path / "dictionaries.db").read_bytes()
    for name in ("eclass.xml", "eClass99_0_PR_en.csv", "export_PROPERTY.xlsx"):
        assert take(licensed, files / name)[0] == Taken(same=1)
    assert (tmp_path / "dictionaries.db").read_bytes() == before


def test_what_was_imported_is_found_along_with_ours(
    dictionary: Dictionary, licensed: Licensed, files: Path
) -> None:
    take(licensed, files / "eclass.xml")
    take(licensed, files / "units.xml")
    assert next(hit.entry.id for hit in dictionary.search("ram closing speed")) == "0173-1#02-ZZZ101#001"
    assert dictionary.search("closing", unit="bar") == []
    assert licensed.count() == {"ECLASS": 1}


BOMB = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<dictionary><property id="0173-1#02-ZZZ101#001">&b;</property></dictionary>"""


@pytest.mark.parametrize(
    "content", [BOMB, "<a>" * 5000, "no xml at all", ""], ids=["entity", "deep", "text", "empty"]
)
def test_hostile_or_broken_xml_is_refused(licensed: Licensed, tmp_path: Path, content: str) -> None:
    (tmp_path / "bad.xml").write_text(content, "utf-8")
    with pytest.raises(BadInput):
        take(licensed, tmp_path / "bad.xml")
    assert licensed.count() == {}


def test_one_endless_entry_is_refused(licensed: Licensed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ontoml, "_MOST_HELD", 100_000)
    (tmp_path / "bad.xml").write_text(f"<a><b><c><d>{'x' * 200_000}", "utf-8")
    with pytest.raises(BadInput) as told:
        take(licensed, tmp_path / "bad.xml")
    assert told.value.key == "dictionary-element-too-large"


def test_a_zip_bomb_is_refused(licensed: Licensed, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * 20_000_000)
    with pytest.raises(BadInput) as told:
        take(licensed, tmp_path / "bomb.xlsx")
    assert told.value.key == "workbook-bomb"


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("x.csv", "a;b\n1;2\n", "dictionary-columns-missing"),
        ("x.csv", "", "dictionary-file-empty"),
        ("x.xls", "x", "dictionary-file-unknown"),
        ("x.xlsx", "no zip", "workbook-unreadable"),
    ],
)
def test_a_file_of_another_kind_is_refused(
    licensed: Licensed, tmp_path: Path, name: str, content: str, key: str
) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(BadInput) as told:
        take(licensed, tmp_path / name)
    assert told.value.key == key


def test_a_large_file_is_read_in_bounded_memory(licensed: Licensed, tmp_path: Path) -> None:
    with (tmp_path / "large.csv").open("w", encoding="utf-8") as file:
        file.write("ISOLanguageCode;PreferredName;Definition;IrdiUN;DataType;IrdiPR\n")
        for number in range(800):
            file.write(f"en;name {number};{'x' * 3500};;REAL;0173-1#02-Z{number:05d}#001\n")
    tracemalloc.start()
    try:
        taken, troubles = take(licensed, tmp_path / "large.csv")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (taken, troubles) == (Taken(new=800), [])
    assert peak < 1_500_000  # the file has 2.8 MB


def test_a_csv_that_excel_saved_as_unicode_text_is_read(licensed: Licensed, tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    row = "IrdiPR\tPreferredName\tISOLanguageCode\n0173-1#02-ZZZ701#001\t온도 값\tko\n"
    file.write_bytes(row.encode("utf-16"))
    assert take(licensed, file)[0] == Taken(new=1)
    file.write_bytes(row.encode("utf-16")[:-1])
    with pytest.raises(BadInput, match="dictionary-csv-broken"):
        take(licensed, file)


def test_xml_that_is_no_dictionary_is_refused(licensed: Licensed, tmp_path: Path) -> None:
    file = tmp_path / "d.xml"
    file.write_text("<catalogue><item/></catalogue>", "utf-8")
    with pytest.raises(BadInput, match="dictionary-xml-none"):
        take(licensed, file)
