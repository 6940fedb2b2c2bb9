"""Our own submodel templates: the published files are those the builders follow, and they are legal."""

from __future__ import annotations

import json
from pathlib import Path

import aas_core3.jsonization as json30
import aas_core3.verification as verify30
import aas_core3_1.jsonization as json31
import aas_core3_1.verification as verify31
import pytest

from templates import generate, smt


@pytest.mark.parametrize("name", smt.own_names())
def test_the_file_is_what_the_structure_table_says(name: str) -> None:
    file = generate.FOLDER / f"{name}.json"
    assert file.read_text("utf-8") == generate.text_of(name), "run: python -m templates.generate"


@pytest.mark.parametrize("name", smt.own_names())
def test_the_template_is_legal_in_both_metamodels(name: str) -> None:
    said = json.loads(generate.text_of(name))
    assert [str(error) for error in verify31.verify(json31.environment_from_jsonable(said))] == []
    assert [str(error) for error in verify30.verify(json30.environment_from_jsonable(said))] == []


def ids(shapes: tuple[smt.Shape, ...]) -> set[str]:
    found: set[str] = set()
    for shape in shapes:
        found |= {shape.semantic_id, *shape.supplemental} | ids(shape.children)
    return found


SHARED = Path(__file__).parents[3] / "shared" / "aas"


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the verified identifiers lie in ../shared")
def test_every_identifier_that_is_not_ours_was_looked_up() -> None:
    known = "".join(
        file.read_text("utf-8")
        for file in [*SHARED.glob("*.csv"), *SHARED.glob("*.md"), *SHARED.glob("*/*.md"), *SHARED.glob("*/*.json")]
    )
    names = [file.stem for file in (Path(smt.__file__).parent / "structure").glob("*.csv")]
    used = set().union(*(ids(smt.shapes(name)) for name in names)) - {""}
    foreign = {one for one in used if not one.startswith("https://aas-data-product.example/")}
    assert {one for one in foreign if one not in known} == set()
