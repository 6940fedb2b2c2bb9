"""Whatever the recipe's cleaning names must be there: a misspelt column would silently clean nothing."""

from __future__ import annotations

import math
import zoneinfo
from collections.abc import Iterable, Iterator
from datetime import tzinfo

from aas_server.errors import BadInput
from aas_server.product import conversion
from aas_server.product.preprocess import secrets, stretch
from aas_server.product.recipe import Recipe
from aas_server.product.recipe.cleaning import Cast, Cleaning
from aas_server.product.work import Collected, CollectedStream
from submodels.field import Field

MARKS = (".", ",", "'", " ", "_", "")
EITHER = ".,"
_LEAST_INTERVAL = 1e-6
"""A microsecond: finer than this no time is kept."""


def check(recipe: Recipe, collected: Collected, zone: tzinfo) -> None:
    """Raises ``BadInput`` with the place in the recipe (``cleaning.units.melt_temp``) for a column, stream, unit
    or zone that is not known, figures that say nothing, stretches that overlap, contradicting decisions."""
    cleaning = recipe.cleaning
    streams = {stream.name: stream for stream in collected.streams}
    fields = {field.name: field for stream in collected.streams for field in stream.fields}
    for place, name in _columns(cleaning):
        if name not in fields:
            raise BadInput("preprocess-column-unknown", place=place, column=name, known=_list(sorted(fields)))
    _check_streams(cleaning, collected, streams)
    _check_zones(cleaning)
    _check_stretches(cleaning, zone)
    _check_figures(cleaning)
    _check_types(cleaning)
    for name, declared in cleaning.units.items():
        conversion.planned(fields[name], declared, f"cleaning.units.{name}")
    _check_label_and_time(recipe, fields)
    _check_secrets(recipe)


def _columns(cleaning: Cleaning) -> Iterator[tuple[str, str]]:
    """Every column that the recipe names, with the place where it does."""
    for where in ("types", "codes", "units", "stuck", "outliers", "gaps", "secrets"):
        yield from ((f"cleaning.{where}.{name}", name) for name in getattr(cleaning, where))
    for where in ("key", "persons"):
        yield from ((f"cleaning.{where}", name) for name in getattr(cleaning, where))
    yield from ((f"cleaning.scale.{n}.column", one.column) for n, one in enumerate(cleaning.scale, 1))


def _check_streams(cleaning: Cleaning, collected: Collected, streams: dict[str, CollectedStream]) -> None:
    for where in ("zones", "clock_offsets", "resample", "join"):
        for number, one in enumerate(getattr(cleaning, where), 1):
            if one.stream not in streams:
                place = f"cleaning.{where}.{number}.stream"
                raise BadInput("preprocess-stream-unknown", place=place, stream=one.stream, known=_list(streams))
    for number, rule in enumerate(cleaning.resample, 1):
        known = [field.name for field in streams[rule.stream].fields]
        for name in rule.columns:
            if name not in known:
                place = f"cleaning.resample.{number}.columns"
                raise BadInput("preprocess-column-unknown", place=place, column=name, known=_list(known))
    for where in ("zones", "resample", "join"):
        named = [one.stream for one in getattr(cleaning, where)]
        for number, name in enumerate(named, 1):
            if name in named[: number - 1]:
                raise BadInput("preprocess-stream-twice", place=f"cleaning.{where}.{number}.stream", stream=name)
    for number, join in enumerate(cleaning.join, 1):
        if join.stream == collected.main.name:
            raise BadInput("preprocess-join-itself", place=f"cleaning.join.{number}.stream", stream=join.stream)


def _check_zones(cleaning: Cleaning) -> None:
    known = zoneinfo.available_timezones()
    for number, fix in enumerate(cleaning.zones, 1):
        for entry, name in (("read_as", fix.read_as), ("meant", fix.meant)):
            if name not in known:
                raise BadInput("preprocess-zone-unknown", place=f"cleaning.zones.{number}.{entry}", given=name)


def _check_stretches(cleaning: Cleaning, zone: tzinfo) -> None:
    stretch.check(
        zone,
        (
            (f"cleaning.clock_offsets.{number}", one.stream, one.start, one.end)
            for number, one in enumerate(cleaning.clock_offsets, 1)
        ),
    )
    stretch.check(
        zone,
        (
            (f"cleaning.scale.{number}", one.column, one.start, one.end)
            for number, one in enumerate(cleaning.scale, 1)
        ),
    )


def _check_figures(cleaning: Cleaning) -> None:
    for place, value, least, open_ in _figures(cleaning):
        if value is None:
            continue
        if not math.isfinite(value) or value < least or (open_ and value == least):
            raise BadInput("preprocess-figure-wrong", place=place, given=f"{value:g}", least=f"{least:g}")
    if cleaning.drop_missing_over is not None and not 0 <= cleaning.drop_missing_over <= 1:
        raise BadInput(
            "preprocess-share-wrong", place="cleaning.drop_missing_over", given=f"{cleaning.drop_missing_over:g}"
        )
    for number, change in enumerate(cleaning.scale, 1):
        if not math.isfinite(change.factor) or change.factor == 0:
            raise BadInput("preprocess-factor-wrong", place=f"cleaning.scale.{number}.factor", given=change.factor)
    for name, rule in cleaning.stuck.items():
        if rule.rows is None and rule.seconds is None:
            raise BadInput("preprocess-stuck-open", place=f"cleaning.stuck.{name}")


def _figures(cleaning: Cleaning) -> Iterator[tuple[str, float | None, float, bool]]:
    """(place, value, least, whether the least itself is too little)."""
    for name, rule in cleaning.stuck.items():
        yield f"cleaning.stuck.{name}.rows", rule.rows, 1, False
        yield f"cleaning.stuck.{name}.seconds", rule.seconds, 0, True
    for name, far in cleaning.outliers.items():
        yield f"cleaning.outliers.{name}.limit", far.limit, 0, True
    for name, gap in cleaning.gaps.items():
        yield f"cleaning.gaps.{name}.within", None if gap.fill == "none" else gap.within, 0, True
    for number, grid in enumerate(cleaning.resample, 1):
        yield f"cleaning.resample.{number}.interval", grid.interval, _LEAST_INTERVAL, False
    for number, join in enumerate(cleaning.join, 1):
        yield f"cleaning.join.{number}.tolerance", join.tolerance, 0, False


def _check_types(cleaning: Cleaning) -> None:
    for name, given in cleaning.types.items():
        if not isinstance(given, Cast):
            continue
        for entry, mark in (("decimal", given.decimal), ("thousands", given.thousands)):
            allowed = (*MARKS[:2], EITHER) if entry == "decimal" else MARKS
            if mark not in allowed:
                place = f"cleaning.types.{name}.{entry}"
                raise BadInput("preprocess-mark-wrong", place=place, given=mark, known=_list(map(repr, allowed)))
        if given.thousands and given.thousands in given.decimal:
            raise BadInput("preprocess-marks-equal", place=f"cleaning.types.{name}", given=given.thousands)


def _check_label_and_time(recipe: Recipe, fields: dict[str, Field]) -> None:
    """The label stays as it came, and the column of times is ``Time`` in the product."""
    cleaning = recipe.cleaning
    label = recipe.label.column if recipe.label else None
    for place, name in _columns(cleaning):
        free = place.startswith(("cleaning.key", "cleaning.codes"))
        if name == label and not free and not _is_kept(cleaning, place, name):
            raise BadInput("preprocess-label-fixed", place=place, column=name)
        if (name == recipe.time or fields[name].role == "time") and not free:
            raise BadInput("preprocess-time-fixed", place=place, column=name)


def _is_kept(cleaning: Cleaning, place: str, name: str) -> bool:
    return place.startswith("cleaning.secrets") and cleaning.secret(name).how == "keep"


def _check_secrets(recipe: Recipe) -> None:
    cleaning = recipe.cleaning
    for name in cleaning.secrets:
        place = f"cleaning.secrets.{name}"
        rule = cleaning.secret(name)
        secrets.needs(rule, place)
        if rule.how != "keep" and name in cleaning.persons:
            raise BadInput("preprocess-person-and-secret", place=place, column=name)
        gone = rule.how == "drop" and name in recipe.quality.key
        if rule.how in ("drop", "normalise", "shift") and (gone or name in recipe.quality.ranges):
            other = f"quality.key ({name})" if gone else f"quality.ranges.{name}"
            raise BadInput("preprocess-secret-measured", place=place, other=other, column=name)


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)
