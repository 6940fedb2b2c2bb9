"""ConceptDescriptions (IEC 61360) of fields: what a column means, apart from where it lies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from basyx.aas import model
from basyx.aas.model.concept import ConceptDescription

from submodels import elements
from submodels.field import Field
from submodels.text import Text
from templates import concepts

_DATA_TYPES = {
    "xs:double": model.DataTypeIEC61360.REAL_MEASURE,
    "xs:float": model.DataTypeIEC61360.REAL_MEASURE,
    "xs:decimal": model.DataTypeIEC61360.REAL_MEASURE,
    "xs:boolean": model.DataTypeIEC61360.BOOLEAN,
    "xs:dateTime": model.DataTypeIEC61360.TIMESTAMP,
    "xs:date": model.DataTypeIEC61360.DATE,
    "xs:string": model.DataTypeIEC61360.STRING,
}
_COUNTS = {
    model.DataTypeIEC61360.REAL_MEASURE: model.DataTypeIEC61360.REAL_COUNT,
    model.DataTypeIEC61360.INTEGER_MEASURE: model.DataTypeIEC61360.INTEGER_COUNT,
}


def concept_descriptions(described: Iterable[Field]) -> list[ConceptDescription]:
    """One description per meaning. Where fields of one meaning come in several units it names none of them."""
    by_meaning: dict[str, list[Field]] = {}
    for field in described:
        by_meaning.setdefault(field.semantic_id, []).append(field)
    return [
        concept_description(same[0] if len({field.unit for field in same}) == 1 else replace(same[0], unit=None))
        for same in by_meaning.values()
    ]


def concept_description(field: Field) -> ConceptDescription:
    """The concept of a field; its id is the field's semantic id. For a dictionary entry of our concept table the
    names are those of the quantity (temperature), not of the field (mould temperature 1), as others share it.

    A measure without a unit is a count (IEC 61360: a ``*_MEASURE`` demands a unit). A definition is a must, in
    English (AASc-3a-008): where there is none, the title has to do.
    """
    known = concepts.by_irdi(field.semantic_id)
    data_type = _DATA_TYPES.get(field.value_type, model.DataTypeIEC61360.INTEGER_MEASURE)
    unit = field.unit
    title, definition = (known.title, known.definition) if known else (field.title, field.definition)
    title = _in_english(title) or {"en": field.name}
    return ConceptDescription(
        field.semantic_id,
        id_short=field.id_short if field.origin == "own" else None,
        display_name=elements.name(title),
        embedded_data_specifications=[
            elements.data_specification(
                title,
                definition=_in_english(definition) or title,
                unit=unit.symbol if unit else "",
                unit_id=unit.irdi if unit else "",
                data_type=data_type if unit else _COUNTS.get(data_type, data_type),
            )
        ],
    )


def _in_english(text: Text) -> dict[str, str]:
    """``text`` with an English part, which another language stands in for; empty where it says nothing."""
    said = {language: words for language, words in text.items() if words}
    return {"en": next(iter(said.values())), **said} if said else {}
