"""A recipe that is wrong though every entry has its type: file, line and remedy, in both languages."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

import aas_server.cli
from aas_server.errors import AasError, BadInput
from aas_server.messages import LANGUAGES, catalogue, error_text
from aas_server.product.recipe import editing, keeping
from aas_server.product.recipe.fault import located

DEMO = Path(aas_server.cli.__file__).with_name("demo_cell.toml").read_text("utf-8")
PRODUCT = "injection-cell-1"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = keeping.place(tmp_path, PRODUCT)
    file.parent.mkdir(parents=True)
    return file


@pytest.mark.parametrize(
    ("entry", "said", "written", "remedy"),
    [
        ("id", "other", "id = ", PRODUCT),
        ("id", "../evil", "id = ", PRODUCT),
        ("id", "", "id = ", PRODUCT),
        ("streams", "[]", "streams = ", "aas streams"),
        ("streams", '["a", "a"]', "streams = ", "'a'"),
        ("title.ko", "", "ko = ", "(ko)"),
        ("description.en", None, "[description]", "(en)"),
        ("industry", " ", "industry = ", "industry"),
        ("keywords.3", None, "[[keywords]]", "3"),
        ("keywords.3.en", "", "en = ", "(en)"),
        ("owner.company.en", " ", "en = ", "(en)"),
        ("owner.model", "", "model = ", "owner.model"),
        ("modelling.test_share", "0.0", "test_share = ", "0.3"),
        ("modelling.test_share", "1.0", "test_share = ", "0.3"),
        ("modelling.test_share", "nan", "test_share = ", "0.3"),
        ("modelling.acceptance", "80", "acceptance = ", "0.8"),
        ("modelling.acceptance", "-0.1", "acceptance = ", "0.8"),
        ("modelling.seed", "-1", "seed = ", "4294967295"),
        ("modelling.seed", "4294967296", "seed = ", "4294967295"),
        ("quality.ranges.x", "{ min = 2, max = 1 }", "x = ", "min"),
    ],
)
def test_a_wrong_entry_is_told_with_its_line(
    tmp_path: Path, file: Path, entry: str, said: str | None, written: str, remedy: str
) -> None:
    file.write_text(editing.changed(DEMO, {entry: said}, "product.toml"), "utf-8")
    with pytest.raises(BadInput) as refused:
        keeping.load(tmp_path, PRODUCT)
    told = file.read_text("utf-8").splitlines()[int(str(refused.value.values["line"])) - 1]
    assert told.startswith(written)
    for language in LANGUAGES:
        sentence = error_text(refused.value, language)
        assert remedy in sentence and str(file) in sentence


def test_the_recipe_of_the_demonstration_is_right(tmp_path: Path, file: Path) -> None:
    file.write_text(DEMO, "utf-8")
    assert keeping.load(tmp_path, PRODUCT).id == PRODUCT


@pytest.mark.parametrize(
    ("error", "written"),
    [
        (BadInput("train-label-missing", column="x", stream="s", columns="y"), "column = "),
        (BadInput("preprocess-column-unknown", place="cleaning.codes.x", column="x", known="y"), "x = [9]"),
        (BadInput("preprocess-column-unknown", place="cleaning.scale.2.column", column="x", known="y"), "2.0"),
        (BadInput("quality-range-unknown", column="a.b", known="y"), '"a.b"'),
        (BadInput("quality-declared-unknown", part="quality.lists", column="l", known="y"), "l = ["),
    ],
    ids=["label", "codes", "second scale", "name with a dot", "list"],
)
def test_what_a_step_refuses_is_told_with_its_line(file: Path, error: AasError, written: str) -> None:
    file.write_text(
        '[label]\ncolumn = "x"\n[cleaning]\ncodes.x = [9]\nscale = [\n  { column = "x", factor = 1.0 },\n'
        '  { column = "x", factor = 2.0 },\n]\n[quality.ranges]\n"a.b" = { min = 0 }\n[quality.lists]\n'
        'l = ["A"]\n',
        "utf-8",
    )
    told = located(error, file)
    assert written in file.read_text("utf-8").splitlines()[int(str(told.values["line"])) - 1]
    for language in LANGUAGES:
        assert error_text(error, language).rstrip(".") in error_text(told, language)


def test_what_speaks_of_no_entry_stays_as_it_is(file: Path) -> None:
    error = BadInput("train-too-few-rows", rows=1, least=50)
    assert located(error, file) is error


def test_every_place_belongs_to_a_sentence() -> None:
    places = tomllib.loads(files("aas_server.product.recipe").joinpath("places.toml").read_text("utf-8"))
    assert set(places) <= set(catalogue())
