"""What each field means: as the shell's description says, else proposed from its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from aas_server.ids import id_shorts
from aas_server.ingest import told
from aas_server.ingest.feeds import Declaration
from aas_server.messages import in_all
from aas_server.product.collect.counting import Counted
from aas_server.product.recipe import Range, Recipe
from aas_server.product.work import Work
from aas_server.store.contract import COMMON
from submodels import asset_interfaces
from submodels.field import Field, Role, Unit
from templates import concepts, units
from templates.concepts import Concept

Fields = tuple[Field, ...]

TYPES = {"bool": "xs:boolean", "int64": "xs:long", "double": "xs:double", "string": "xs:string"}
_NUMERIC = frozenset({"xs:double", "xs:float", "xs:decimal", "xs:integer", "xs:long", "xs:int", "xs:short"})
_WHOLE = frozenset({"xs:integer", "xs:long", "xs:int", "xs:short"})
_UNIT_IN_NAME = re.compile(r"[(\[]([^()\[\]]+)[)\]]\s*$")


def known_fields(work: Work) -> Mapping[str, Fields]:
    """What the shell's AssetInterfacesDescription says by now, by stream."""
    submodel = work.twin.read(work.recipe.id, asset_interfaces.DESCRIPTION_KIND)
    if submodel is None:
        return {}
    return {feed.stream: feed.fields for feed in asset_interfaces.from_submodel(submodel).feeds}


def fields(work: Work, counted: Counted, known: Sequence[Field]) -> Fields:
    """One field a column (wide) or tag (narrow), in the order of the table. What the shell says stays; roles are
    the recipe's, and so are valid ranges that the shell does not name."""
    types = (
        {tag: "xs:double" if numeric else "xs:string" for tag, numeric in counted.tags.items()}
        if counted.facts.shape == "narrow"
        else {name: _type(name, kind, counted.empty) for name, kind in counted.columns.items()}
    )
    declared = told.declaration(work.store.catalogue, counted.facts.name)
    roles = _roles(work.recipe, counted.columns)
    own = partial(work.names.concept, work.recipe.id, counted.facts.name)
    return tuple(
        _completed(
            field,
            types[field.name],
            roles.get(field.name, "text" if types[field.name] == "xs:string" else "feature"),
            work.recipe.quality.ranges.get(field.name, Range()).ends,
        )
        for field in propose(types, declared, known, own)
    )


def propose(
    types: Mapping[str, str], declared: Declaration, known: Sequence[Field], own: Callable[[str], str]
) -> Fields:
    """A field for each name in ``types`` (name → XSD type): one of those ``known``, else proposed from its name
    and from what was declared. ``own``: idShort → the URI of its meaning, where no dictionary has one."""
    described = {field.name: field for field in known}
    names = _id_shorts(list(types), described)
    return tuple(
        described.get(name) or _proposed(name, names[name], value_type, declared, own(names[name]))
        for name, value_type in types.items()
    )


def _type(name: str, kind: str, empty: frozenset[str]) -> str:
    """A column's XSD type; that of the quantity it names where it has no value yet."""
    concept = concepts.propose(_without_unit(name)[0]) if name in empty else None
    return concept.value_type if concept is not None else TYPES[kind]


def time_column(recipe: Recipe, columns: Mapping[str, str]) -> str | None:
    """The column that bears the recipe's time. One that is called as the lake's own is stored with a number."""
    if recipe.time is None or recipe.time not in COMMON:
        return recipe.time
    return next((name for name in columns if re.fullmatch(rf"{recipe.time}_\d+", name)), recipe.time)


def _id_shorts(names: list[str], described: Mapping[str, Field]) -> dict[str, str]:
    """New names keep clear of the idShorts that are given already."""
    taken = {field.id_short.lower() for field in described.values()}
    result: dict[str, str] = {}
    for name, wanted in id_shorts(names).items():
        id_short, number = wanted, 2
        while name not in described and id_short.lower() in taken:
            id_short, number = f"{wanted}_{number}", number + 1
        taken.add(id_short.lower())
        result[name] = id_short
    return result


def _proposed(name: str, id_short: str, value_type: str, declared: Declaration, own: str) -> Field:
    """``own``: the URI of its meaning, where no dictionary has one."""
    plain, symbol = _without_unit(name)
    symbol = declared.units.get(name, symbol)
    concept = concepts.propose(plain, symbol)
    if concept is not None and (concept.value_type in _NUMERIC) != (value_type in _NUMERIC):
        concept = None
    irdi = concept.irdi if concept else ""
    return Field(
        name=name,
        id_short=id_short,
        value_type=value_type,
        semantic_id=irdi or own,
        origin="irdi" if irdi else "own",
        title=declared.titles.get(name) or concepts.title(plain, symbol),
        definition=concept.definition if concept else in_all("collect-undefined", name=name),
        unit=_unit(symbol, concept) if value_type in _NUMERIC else None,
    )


def _without_unit(name: str) -> tuple[str, str | None]:
    """The name and the unit that it gives itself: ``온도 (°C)`` → 온도, °C."""
    found = _UNIT_IN_NAME.search(name)
    if found is None or units.in_name(found[1]) is None or not name[: found.start()].strip():
        return name, None
    return name[: found.start()].strip(), found[1]


def _unit(symbol: str | None, concept: Concept | None) -> Unit | None:
    known = units.unit(symbol or (concept.unit if concept else ""))
    return Unit(known.symbol, known.code, known.irdi) if known else None


def _roles(recipe: Recipe, columns: Mapping[str, str]) -> dict[str, Role]:
    roles: dict[str, Role] = dict.fromkeys((*recipe.cleaning.key, *recipe.quality.key), "key")
    if (time := time_column(recipe, columns)) is not None:
        roles[time] = "time"
    if recipe.label is not None:
        roles[recipe.label.column] = "label"
    return roles


def _completed(field: Field, value_type: str, role: Role, valid: tuple[float | None, float | None]) -> Field:
    """The field with what the recipe says; a whole number in whose column fractions came is none any more."""
    if field.value_type in _WHOLE and value_type == "xs:double":
        field = replace(field, value_type=value_type)
    if field.minimum is None and field.maximum is None:
        field = replace(field, minimum=valid[0], maximum=valid[1])
    return replace(field, role=role)
