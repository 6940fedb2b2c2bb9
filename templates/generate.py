"""Writes our own submodel templates as AAS environments: ``python -m templates.generate``.

The files under ``own/`` are what others validate against; builders and files come from the same structure tables.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from templates import smt

FOLDER = Path(__file__).parent / "own"


def main() -> None:
    """Write every own template anew."""
    FOLDER.mkdir(exist_ok=True)
    for name in smt.own_names():
        (FOLDER / f"{name}.json").write_text(text_of(name), "utf-8")


def text_of(name: str) -> str:
    """The template as the text of an AAS environment in JSON (metamodel 3.0 and 3.1)."""
    frame = smt.template(name)
    submodel = {
        "modelType": "Submodel",
        "kind": "Template",
        "id": frame.semantic_id.replace("/ids/smt/", "/ids/template/"),
        "idShort": frame.id_short,
        "administration": {"version": "1", "revision": "0"},
        "description": _texts(frame.definition),
        "semanticId": _reference(frame.semantic_id),
        **_supplemental(frame.supplemental),
        "submodelElements": [_element(shape) for shape in frame.elements],
    }
    return json.dumps({"submodels": [submodel]}, ensure_ascii=False, indent=1) + "\n"


def _element(shape: smt.Shape, in_list: bool = False) -> dict[str, Any]:
    kind = "Property" if shape.model == "*" else shape.model
    said: dict[str, Any] = {"modelType": kind}
    if not in_list:
        said["idShort"] = "Arbitrary" if shape.id_short == "*" else shape.id_short
    if shape.definition:
        said["description"] = _texts(shape.definition)
    said["semanticId"] = _reference(shape.semantic_id)
    said |= _supplemental(shape.supplemental)
    said["qualifiers"] = [
        {
            "kind": "TemplateQualifier",
            "type": "SMT/Cardinality",
            "valueType": "xs:string",
            "value": shape.cardinality,
            "semanticId": _reference("https://admin-shell.io/SubmodelTemplates/Cardinality/1/0"),
        }
    ]
    return said | _content(shape, kind)


def _content(shape: smt.Shape, kind: str) -> dict[str, Any]:
    match kind:
        case "Property":
            return {"valueType": shape.value_type or "xs:string"}
        case "SubmodelElementCollection":
            return {"value": [_element(child) for child in shape.children]}
        case "SubmodelElementList":
            (item,) = shape.children
            of_properties = shape.item.startswith("xs:")
            return {
                "typeValueListElement": "Property" if of_properties else shape.item,
                **({"valueTypeListElement": shape.item} if of_properties else {}),
                "semanticIdListElement": _reference(item.semantic_id),
                "value": [_element(item, in_list=True)],
            }
    return {"contentType": "application/octet-stream"} if kind == "File" else {}


def _texts(texts: Any) -> list[dict[str, str]]:
    return [{"language": language, "text": text} for language, text in texts.items()]


def _reference(identifier: str) -> dict[str, Any]:
    return {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": identifier}]}


def _supplemental(identifiers: tuple[str, ...]) -> dict[str, Any]:
    return {"supplementalSemanticIds": [_reference(one) for one in identifiers]} if identifiers else {}


if __name__ == "__main__":
    main()
