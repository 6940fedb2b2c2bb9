"""Small dictionaries of our own making, in the published forms; names and identifiers are invented."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from aas_server.standard.dictionary import Dictionary
from aas_server.standard.licensed import Licensed

XML = """<?xml version="1.0" encoding="UTF-8"?>
<dic:eclass_dictionary xmlns:dic="urn:eclass:xml-schema:dictionary:5.0"
    xmlns:ontoml="urn:iso:std:iso:is:13584:-32:ed-1:tech:xml-schema:ontoml"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <ontoml:ontoml><dictionary>
    <contained_classes>
      <ontoml:class xsi:type="ontoml:CATEGORIZATION_CLASS_Type" id="0173-1#01-ZZZ001#001">
        <preferred_name><label language_code="en" country_code="US">Invented press</label></preferred_name>
        <described_by><property property_ref="0173-1#02-ZZZ101#001"/></described_by>
      </ontoml:class>
    </contained_classes>
    <contained_properties>
      <ontoml:property xsi:type="ontoml:NON_DEPENDENT_P_DET_Type" id="0173-1#02-ZZZ101#001">
        <preferred_name>
          <label language_code="en" country_code="US">ram closing speed</label>
          <label language_code="de" country_code="DE">Stößelschließgeschwindigkeit</label>
        </preferred_name>
        <short_name><label language_code="en" country_code="US">v ram</label></short_name>
        <definition><text language_code="en" country_code="US">speed at which the ram closes</text></definition>
        <domain xsi:type="ontoml:REAL_MEASURE_TYPE_Type"><unit unit_ref="0173-1#05-ZZZ901#001"/></domain>
      </ontoml:property>
      <ontoml:property xsi:type="ontoml:NON_DEPENDENT_P_DET_Type" id="broken">
        <preferred_name><label language_code="en" country_code="US">no identifier</label></preferred_name>
      </ontoml:property>
      <ontoml:property xsi:type="ontoml:NON_DEPENDENT_P_DET_Type" id="0173-1#02-ZZZ102#001">
        <definition><text language_code="en" country_code="US">has no name</text></definition>
      </ontoml:property>
    </contained_properties>
  </dictionary></ontoml:ontoml>
</dic:eclass_dictionary>
"""
UNITS_XML = """<?xml version="1.0" encoding="UTF-8"?>
<unitsml:UnitsML xmlns:unitsml="urn:oasis:names:tc:unitsml:schema:xsd:UnitsMLSchema-1.0">
  <unitsml:UnitSet><unitsml:Unit xml:id="0173-1#05-ZZZ901#001">
    <unitsml:UnitName xml:lang="en">millimetre per second</unitsml:UnitName>
    <unitsml:UnitSymbol type="ASCII">mm/s</unitsml:UnitSymbol>
    <unitsml:CodeListValue codeListName="ECE" unitCodeValue="C16"/>
  </unitsml:Unit></unitsml:UnitSet>
</unitsml:UnitsML>
"""
PROPERTIES = (
    "Supplier;IdPR;Identifier;VersionNumber;VersionDate;RevisionNumber;PreferredName;ShortName;Definition;"
    "SourceOfDefinition;Note;Remark;PreferredSymbol;IrdiUN;ISOLanguageCode;ISOCountryCode;Category;AttributeType;"
    "DefinitionClass;DataType;IrdiPR;CurrencyAlphaCode\n"
)
UNITS = (
    "PreferredName;ShortName;Definition;Source;Comment;SINotation;SIName;DINNotation;ECEName;ECECode;NISTName;"
    "IECClassification;IrdiUN;NameOfDedicatedQuantity\n"
    "degree Celsius;C;;;;;;;;CEL;;;0173-1#05-ZZZ902#001;temperature\n"
)


def property_row(irdi: str, name: str, unit: str = "", language: str = "en", definition: str = "invented") -> str:
    return (
        f"0173-1;{irdi[10:16]};x;001;2026-01-01;1;{name};;{definition};;;;;{unit};{language};US;;DIRECT;;"
        f"REAL_MEASURE;{irdi};\n"
    )


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with one file of each form."""
    folder = tmp_path / "dictionaries"
    folder.mkdir()
    (folder / "eclass.xml").write_text(XML, "utf-8")
    (folder / "units.xml").write_text(UNITS_XML, "utf-8")
    rows = property_row("0173-1#02-ZZZ201#003", "mould cavity temperature", "0173-1#05-ZZZ902#001")
    rows += "only;three;cells\n" + property_row("0173-1#01-ZZZ300#001", "a class, no property")
    (folder / "eClass99_0_PR_en.csv").write_text(PROPERTIES + rows, "utf-8")
    german = property_row("0173-1#02-ZZZ201#003", "Kavitätstemperatur", "0173-1#05-ZZZ902#001", "de", "erfunden")
    (folder / "eClass99_0_PR_de.csv").write_text(PROPERTIES + german, "utf-8")
    (folder / "eClass99_0_UN_en.csv").write_text(UNITS, "utf-8")
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["#CLASS_ID", "0112/2///99999#ZZA000"],
        ["#PROPERTY_ID", "MDC_P001_6", "MDC_P002_1", "MDC_P002_2", "MDC_P004_1.en", "MDC_P005.en", "MDC_P023"],
        ["#PROPERTY_NAME.en", "Code", "Version number", "Revision number", "Preferred name", "Definition", "Unit"],
        ["#DATATYPE", "ICID_STRING", "INT_TYPE", "INT_TYPE", "TRANSLATABLE_STRING_TYPE", "", ""],
        [None, "0112/2///99999#ZZA001", "2", "1", "melt cushion pressure", "invented", "MPa"],
        [None, "not an id", "1", "1", "bad", "", ""],
    ):
        sheet.append(row)
    book.save(folder / "export_PROPERTY.xlsx")
    return folder


@pytest.fixture
def licensed(tmp_path: Path) -> Licensed:
    return Licensed(tmp_path)


@pytest.fixture
def dictionary(licensed: Licensed) -> Dictionary:
    return Dictionary(licensed)
