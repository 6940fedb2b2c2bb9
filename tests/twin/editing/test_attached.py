from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from aas_server.twin.editing import elements as edit
from aas_server.twin.editing.attached import followed, holders
from aas_server.twin.elements import find

Json = dict[str, Any]


def file(value: str | None, id_short: str | None = None) -> Json:
    made: Json = {"modelType": "File", "contentType": "text/plain"}
    return made | ({"value": value} if value else {}) | ({"idShort": id_short} if id_short else {})


@pytest.fixture
def document(submodel: Callable[..., Json]) -> Json:
    files = [file("same.txt"), file("same.txt"), file("c.txt")]
    made = {"modelType": "SubmodelElementList", "idShort": "Files", "typeValueListElement": "File", "value": files}
    return submodel(made, file("manual.txt", "Manual"))


ALL = ("Files[0]", "Files[1]", "Files[2]", "Manual")


def test_attachments_move_with_the_elements_of_a_list(document: Json) -> None:
    before = holders(document, ALL)
    edit.remove(document, "Files[0]")
    assert followed(before, document) == {"Files[1]": "Files[0]", "Files[2]": "Files[1]", "Manual": "Manual"}


@pytest.mark.parametrize(
    ("value", "stays"),
    [("other.txt", True), ("file:///a.txt", True), ("https://a.example/b", False), (None, False)],
)
def test_an_attachment_goes_when_its_element_points_elsewhere(
    value: str | None, stays: bool, document: Json
) -> None:
    before = holders(document, ALL)
    element = find(document, "Manual")
    element.pop("value")
    if value is not None:
        element["value"] = value
    assert ("Manual" in followed(before, document)) is stays


def test_a_whole_submodel_anew_keeps_the_attachments_of_files_it_keeps(document: Json) -> None:
    before = holders(document, ALL)
    after = copy.deepcopy(document)
    edit.remove(after, "Files[1]")
    edit.replace(after, "Manual", file("new.txt", "Manual"))
    assert followed(before, after) == {"Files[0]": "Files[0]", "Files[2]": "Files[1]"}
