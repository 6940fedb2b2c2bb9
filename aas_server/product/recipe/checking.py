"""What can be wrong in a recipe though each entry has the right type: seen before any data are looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aas_server.messages import LANGUAGES
from aas_server.product.recipe.fault import Fault, Place
from aas_server.product.recipe.whole import Recipe
from submodels.text import Text

KEYWORDS = 3
"""As many as the listing asks for (``register/listing.schema.json``)."""
SEEDS = 2**32 - 1
"""The largest seed that numpy takes."""


def check(recipe: Recipe, product: str) -> None:
    """Raises ``Fault`` with the entry. ``product``: whose recipe it is, by the folder it lies in."""
    if recipe.id != product:
        raise Fault(("id",), "recipe-of-another", given=recipe.id, product=product)
    _check_streams(recipe.streams)
    for place, text in _texts(recipe):
        for language in LANGUAGES:
            if not text.get(language, "").strip():
                raise Fault((*place, language), "recipe-text-missing", wanted=language)
    for name, said in {"industry": recipe.industry, "owner.model": recipe.owner.model}.items():
        if not said.strip():
            raise Fault(tuple(name.split(".")), "recipe-entry-empty", entry=name)
    if len(recipe.keywords) < KEYWORDS:
        raise Fault(("keywords",), "recipe-keywords-few", count=len(recipe.keywords), least=KEYWORDS)
    _check_modelling(recipe)
    for name, valid in recipe.quality.ranges.items():
        if valid.is_reversed:
            place = ("quality", "ranges", name)
            raise Fault(place, "quality-range-reversed", column=name, least=valid.min, most=valid.max)


def _check_streams(streams: tuple[str, ...]) -> None:
    if not streams:
        raise Fault(("streams",), "recipe-no-stream")
    twice = next((name for number, name in enumerate(streams) if name in streams[:number]), None)
    if twice is not None:
        raise Fault(("streams",), "recipe-stream-twice", stream=twice)


def _check_modelling(recipe: Recipe) -> None:
    how = recipe.modelling
    if not 0 < how.test_share < 1:
        raise Fault(("modelling", "test_share"), "recipe-test-share", given=how.test_share)
    if not 0 <= how.acceptance <= 1:
        raise Fault(("modelling", "acceptance"), "recipe-acceptance", given=how.acceptance)
    if not 0 <= how.seed <= SEEDS:
        raise Fault(("modelling", "seed"), "recipe-seed", given=how.seed, most=SEEDS)


def _texts(recipe: Recipe) -> Iterator[tuple[Place, Text]]:
    """The texts that a listing shows, by their entries."""
    owner: Mapping[str, Text] = {
        "company": recipe.owner.company,
        "department": recipe.owner.department,
        "manufacturer": recipe.owner.manufacturer,
    }
    yield ("title",), recipe.title
    yield ("description",), recipe.description
    yield ("process",), recipe.process
    yield ("equipment",), recipe.equipment
    yield from ((("keywords", number), text) for number, text in enumerate(recipe.keywords))
    yield from ((("owner", name), text) for name, text in owner.items())
