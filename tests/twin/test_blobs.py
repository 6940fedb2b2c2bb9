from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aas_server.errors import BadInput
from aas_server.twin.editing.fragments import checked
from aas_server.twin.metamodel import element_faults, verified

Json = dict[str, Any]


def blob(value: str) -> Json:
    return {"modelType": "Blob", "idShort": "Logo", "contentType": "text/plain", "value": value}


@pytest.mark.parametrize("value", ["a", "aGFsb!8=", "aGFsbG8", "한글", "aGFs_-8="])
def test_a_value_that_is_no_base64_is_refused_with_its_place(value: str, submodel: Callable[..., Json]) -> None:
    document = submodel({"modelType": "SubmodelElementCollection", "idShort": "In", "value": [blob(value)]})
    for judge in (lambda: verified("submodel", document), lambda: checked(document, {"In.Logo"})):
        with pytest.raises(BadInput) as caught:
            judge()
        assert caught.value.values["path"] == "submodelElements[0].value[0].value"
    assert [fault.path for fault in element_faults(blob(value))] == ["value"]


def test_line_breaks_are_no_part_of_the_value(submodel: Callable[..., Json]) -> None:
    assert b'"aGFsbG8="' in verified("submodel", submodel(blob("aGFs\r\nbG8=\n"))).body


def test_a_year_without_end_is_a_fault(submodel: Callable[..., Json]) -> None:
    date = {"modelType": "Property", "idShort": "Date", "valueType": "xs:date", "value": "9" * 5000 + "-01-01"}
    with pytest.raises(BadInput):
        checked(submodel(date), {"Date"})
