"""Real packages of Korean machines: what their XML holds is what we hold, element by element, text by text."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from aas_server.errors import BadInput
from aas_server.messages import error_text, text
from aas_server.twin.elements import CHILDREN
from aas_server.twin.metamodel import faults
from aas_server.twin.package import Limits, Opened, opened

SHARED = Path(__file__).parents[4] / "shared"
PACKAGES = sorted((SHARED / "kosmo").glob("*.aasx"))
TEMPLATES = sorted(
    file for file in (SHARED / "aas" / "idta-templates").glob("*") if file.suffix in (".json", ".aasx")
)

pytestmark = [pytest.mark.shared, pytest.mark.skipif(not PACKAGES, reason="the packages lie in ../shared")]

CLASSES = {
    "assetAdministrationShell": "AssetAdministrationShell",
    "submodel": "Submodel",
    "conceptDescription": "ConceptDescription",
    "property": "Property",
    "multiLanguageProperty": "MultiLanguageProperty",
    "range": "Range",
    "file": "File",
    "referenceElement": "ReferenceElement",
    "submodelElementCollection": "SubmodelElementCollection",
}


def local(element: etree._Element) -> str:
    return etree.QName(element).localname


def environment(package: Path) -> etree._Element:
    with zipfile.ZipFile(package) as zip:
        (name,) = (name for name in zip.namelist() if name.endswith(".xml") and "Content_Types" not in name)
        return etree.fromstring(zip.read(name))


def direct(element: etree._Element, tag: str) -> str:
    return next((child.text or "" for child in element if local(child) == tag), "")


def elements(place: etree._Element, trail: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Trail of idShorts, class and value of every element in the source."""
    for child in place:
        tag = local(child)
        if tag in CLASSES and tag not in ("submodel", "conceptDescription", "assetAdministrationShell"):
            own = (*trail, direct(child, "idShort"))
            yield own, CLASSES[tag], direct(child, "value") if tag in ("property", "file") else ""
            yield from elements(child, own)
        elif tag in ("submodelElements", "submodelElement", "value"):
            yield from elements(child, trail)


def held(element: Any, trail: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """The same of a document that we hold, by the idShorts it came with."""
    for child in element.get(CHILDREN.get(element["modelType"], ""), ()):
        own = (*trail, original(child))
        value = child.get("value", "") if child["modelType"] in ("Property", "File") else ""
        yield own, child["modelType"], value
        yield from held(child, own)


def original(element: Any) -> str:
    kept = [one["value"] for one in element.get("extensions", ()) if one["name"] == "kept:idShort"]
    names = [one["text"] for one in element.get("displayName", ())]
    return str([*kept, *names, element["idShort"]][0])


def leaves(element: etree._Element) -> Iterator[str]:
    """Every text; the language of an empty text says nothing, nor does a default of metamodel 2.0."""
    for one in element.iter():
        following = one.getnext()
        spoken = local(one) != "language" or (following is not None and (following.text or "").strip())
        default = local(one) in ("ordered", "allowDuplicates") and one.text == "false"
        if len(one) == 0 and one.text and one.text.strip() and spoken and not default:
            yield one.text


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)
    else:
        yield str(value).lower() if isinstance(value, bool) else str(value)


@pytest.fixture(params=PACKAGES, ids=lambda path: path.stem)
def package(request: pytest.FixtureRequest) -> Path:
    return request.param  # type: ignore[no-any-return]


def read(package: Path) -> Opened:
    with opened(package, Limits()) as source:
        return source


def test_every_document_verifies(package: Path) -> None:
    for kind, document in read(package).documents:
        assert faults(kind, document) == [], document["id"]


def test_there_are_as_many_of_each_class_as_in_the_source(package: Path) -> None:
    source = environment(package)
    wanted = Counter(CLASSES[local(one)] for one in source.iter() if local(one) in CLASSES)
    documents = read(package).documents
    found = Counter(document["modelType"] for _, document in documents)
    for kind, document in documents:
        if kind == "submodel":
            found.update(one[1] for one in held(document, ()))
    # A concept that is described twice in the same words is described once; "en?" is mended to "en".
    texts = (etree.tostring(one, method="c14n") for one in source.iter("{*}conceptDescription"))
    twins = Counter(b"".join(text.replace(b">en?<", b">en<").split()) for text in texts)
    wanted["ConceptDescription"] -= sum(twins.values()) - len(twins)
    assert found == +wanted


def test_every_element_is_where_it_was_with_its_value(package: Path) -> None:
    source = environment(package)
    submodels = [document for kind, document in read(package).documents if kind == "submodel"]
    places = [one for one in source.iter("{*}submodel") if direct(one, "idShort")]
    assert len(submodels) == len(places)
    for place, document in zip(places, submodels, strict=True):
        wanted = list(elements(place, ()))
        assert Counter(held(document, ())) == Counter(wanted), document["id"]


def test_no_text_of_the_source_is_lost(package: Path) -> None:
    """Every text stands in its document, in an extension of it, or in the report's line on what it is now."""
    result = read(package)
    said: dict[str, set[str]] = {}
    for _, document in result.documents:
        said.setdefault(document["id"], set()).update(strings(document))
    for one in (*result.repairs, *result.findings):
        said.setdefault(one.id, set()).add(one.values.get("given", ""))
    everything = set[str]().union(*said.values())
    kept = "\n".join(text for text in everything if text.startswith(("{", "[")))
    for tag in ("submodel", "conceptDescription", "assetAdministrationShell", "asset"):
        for place in environment(package).iter(f"{{*}}{tag}"):
            own = said.get(direct(place, "id") or direct(place, "identification"), everything)
            for leaf in leaves(place):
                typed = {f"xs:{leaf}"} if "/2/0" in str(place.tag) else set()
                assert leaf in own or typed & own or json.dumps(leaf, ensure_ascii=False) in kept, leaf


def test_every_line_of_the_report_is_a_sentence_in_both_languages(package: Path) -> None:
    result = read(package)
    for one in (*result.repairs, *result.findings):
        for language in ("ko", "en"):
            assert text(one.key, language, **one.values) not in (one.key, f"{one.key} {dict(one.values)}")  # type: ignore[arg-type]


def test_strict_refuses_with_the_place_and_the_constraint(package: Path) -> None:
    with pytest.raises(BadInput) as raised, opened(package, Limits(), strict=True):
        pass
    assert raised.value.key == "package-not-strict" and raised.value.values["fault"]
    assert package.name in error_text(raised.value, "ko")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_the_official_templates_load_untouched(template: Path) -> None:
    with opened(template, Limits()) as source:
        assert source.repairs == () and source.findings == ()
        assert [kind for kind, _ in source.documents].count("submodel") >= 1
        assert all(faults(kind, document) == [] for kind, document in source.documents)


def test_metamodel_2_becomes_3_1() -> None:
    result = read(SHARED / "kosmo" / "Nestfield_training.aasx")
    shells = [document for kind, document in result.documents if kind == "shell"]
    assert [shell["assetInformation"] for shell in shells] == [
        {"assetKind": "Instance", "globalAssetId": f"http://nestfield.co.kr/asset/{name}"}
        for name in ("CloudDataSolution", "Nestfield", "AssemblyLine_1")
    ]
    assert [len(shell["submodels"]) for shell in shells] == [2, 2, 1]
    (concept,) = (document for kind, document in result.documents if kind == "concept-description")
    content = concept["embeddedDataSpecifications"][0]["dataSpecificationContent"]
    assert content["modelType"] == "DataSpecificationIec61360" and content["preferredName"]
