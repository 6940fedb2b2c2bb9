"""Functions of an engineer's own, from files that a setting names; the documentation's example as it stands."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aas_server.errors import BadInput
from aas_server.messages import error_text
from aas_server.twin.operations import Operations, Results
from aas_server.twin.operations.files import load

DOCS = Path(__file__).parents[3] / "docs" / "api.md"
MEANING = "https://factory.example/ids/operation/scale"


@pytest.fixture
def operations() -> Iterator[Operations]:
    made = Operations()
    yield made
    made.close()


def double(name: str, value: str | None = None) -> dict[str, Any]:
    element = {"modelType": "Property", "idShort": name, "valueType": "xs:double"}
    return element if value is None else element | {"value": value}


def test_the_example_of_the_documentation_works(operations: Operations, tmp_path: Path) -> None:
    (example,) = [
        code
        for code in re.findall(r"```python\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
        if "def register(" in code
    ]
    file = tmp_path / "plant.py"
    file.write_text(example, "utf-8")
    load(operations, [str(file)])
    operation = {
        "modelType": "Operation",
        "idShort": "Scale",
        "semanticId": {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": MEANING}]},
        "inputVariables": [{"value": double("Value")}, {"value": double("Factor")}],
        "outputVariables": [{"value": double("Product")}],
    }
    submodel = {"modelType": "Submodel", "id": "urn:sm:1", "submodelElements": [operation]}
    inputs = [double("Value", "1.5"), double("Factor", "2")]

    async def invoke() -> Results:
        return await operations.run(operations.prepare(submodel, "Scale", inputs, ()), 20)

    assert asyncio.run(invoke()).outputs == [double("Product", "3.0")]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (None, "FileNotFoundError"),
        ("def register(operations): 1 // 0", "ZeroDivisionError"),
        ("import nothing_of_that_name", "ModuleNotFoundError"),
        ("functions = []", "register"),
        ("def (", "SyntaxError"),
    ],
)
def test_a_file_that_cannot_be_loaded_is_named(
    operations: Operations, tmp_path: Path, code: str | None, words: str
) -> None:
    file = tmp_path / "plant.py"
    if code is not None:
        file.write_text(code, "utf-8")
    with pytest.raises(BadInput) as refused:
        load(operations, [str(file)])
    said = error_text(refused.value, "en")
    assert str(file) in said and words in said


def test_what_is_no_python_is_named(operations: Operations, tmp_path: Path) -> None:
    (tmp_path / "plant.txt").write_text("", "utf-8")
    with pytest.raises(BadInput):
        load(operations, [str(tmp_path / "plant.txt")])
