"""ConceptDescriptions (IEC 61360) of fields: what a column means, apart from where it lies."""

from __future__ import annotations

from basyx.aas import model
from basyx.aas.model.concept import ConceptDescription

from submodels import elements
from submodels.field import Field

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


def concept_description(field: Field) -> ConceptDescription:
    """The concept of a field; its id is the field's semantic id, so fields of one meaning share one description.

    A measure without a unit is a count (IEC 61360: a ``*_MEASURE`` demands a unit).
    """
    data_type = _DATA_TYPES.get(field.value_type, model.DataTypeIEC61360.INTEGER_MEASURE)
    unit = field.unit
    return ConceptDescription(
        field.semantic_id,
        id_short=field.id_short if field.origin == "own" else None,
        display_name=elements.name(field.title),
        embedded_data_specifications=[
            elements.data_specification(
                field.title,
                definition=field.definition,
                unit=unit.symbol if unit else "",
                unit_id=unit.irdi if unit else "",
                data_type=data_type if unit else _COUNTS.get(data_type, data_type),
            )
        ],
    )
