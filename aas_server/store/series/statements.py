"""The SQL behind a reading. Names of gateways never stand in it: columns are ``c0``, ``c1``, …, tags parameters.

It runs over the view ``series`` (see ``store.records.view``). A *part* is the rows wanted as ``(b, place, row,
tag?, c0, …)``: ``place`` is where they lie on the axis as a whole number, ``b`` where their bucket begins. A
*long* relation is ``(s, place, v)``: points of many series, ``s`` the tag or the column's number.
"""
# ruff: noqa: S608  (statements are put together from numbers and from names made here)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aas_server.store.parquet import quoted
from aas_server.store.series.source import Source
from aas_server.store.series.wanted import COUNTED, NUMBERS, Buckets, Wanted

_WHEN = "struct_pack(p := place, n := row)"
"""Of two records at one time the one stored later is the last."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Buckets of ``step``, one of which begins at ``origin``; ``low`` and ``high`` (not included) are the ends of
    what is asked for."""

    step: int
    origin: int
    low: int
    high: int

    @property
    def first(self) -> int:
        """Where the bucket of ``low`` begins."""
        return self.low - (self.low - self.origin) % self.step

    @property
    def count(self) -> int:
        return -(-(self.high - self.first) // self.step)


class Statements:
    """Makes the statements of one reading. ``columns``: the own columns in the view, with their kinds."""

    def __init__(self, source: Source, wanted: Wanted, columns: Mapping[str, str]) -> None:
        self._wanted = wanted
        self._kinds = list(columns.values())
        self._names = list(columns)
        self.is_narrow = source.is_narrow
        self.is_filtered = True
        """Whether means, sums and extremes leave out what is no finite number. Without it they are twice as fast,
        and show by a result that is none that there was such a value."""
        self.parameters: list[str] = list(wanted.names or ()) if self.is_narrow else []
        time = quoted(source.time) if source.time else "NULL::TIMESTAMPTZ"
        self._axis = {"time": f"epoch_us({time})", "arrival": "epoch_us(arrival)", "row": "row"}[wanted.by]
        self._bounded = {"time": time, "arrival": "arrival", "row": "row"}[wanted.by]

    def records(self) -> str:
        """Records as they are: the lake's columns wanted, then the stream's own."""
        wanted = self._wanted
        shown = ", ".join([*map(quoted, wanted.common), *(f"c{n}" for n in range(len(self._names)))]) or "row"
        where = self._where(placed=wanted.ordered)
        if wanted.newest:
            newest = f"ORDER BY {self._axis} DESC NULLS LAST, row DESC{self._limit}"
            inner = f"SELECT *, {self._axis} AS place FROM series WHERE {where} {newest}"
            return f"SELECT {shown} FROM ({inner}) ORDER BY place NULLS FIRST, row"
        series = f"{self._column('tag')}, " if wanted.by_series and self.is_narrow else ""
        order = f" ORDER BY {series}{self._axis}, row" if wanted.ordered else ""
        return f"SELECT {shown} FROM series WHERE {where}{order}{self._limit}"

    def extent(self) -> str:
        """The lowest and the highest place, and the number of rows."""
        found = f"min({self._axis}), max({self._axis}), count(*)"
        return f"SELECT {found} FROM series WHERE {self._where()}{self._valued}"

    def groups(self, grid: Grid) -> str:
        """How many buckets hold a row."""
        return f"SELECT count(DISTINCT {self._bucket(grid)}) FROM series WHERE {self._where()}"

    def tags(self) -> str:
        """The tags of a narrow table, and whether texts came under each."""
        tag, text = self._column("tag"), self._column("text")
        where = f"{tag} IS NOT NULL AND {self._where(False)}"
        return f"SELECT {tag}, count({text}) > 0 FROM series WHERE {where} GROUP BY 1 ORDER BY 1"

    def together(self, buckets: Buckets, low: int | None) -> str:
        """All rows put together (for each tag): where the first of them lies (``low``, where that is known), then
        the values."""
        made = self._made(buckets)
        tag, group = (", tag", " GROUP BY tag ORDER BY tag") if self.is_narrow else ("", " HAVING count(*) > 0")
        values = "".join(f", {value} AS {name}" for name, value in made)
        first = "min(place)" if low is None else f"{int(low)}::BIGINT"
        found = f"SELECT {first} AS b{tag}{values} FROM ({self._part(None)}){group}"
        held = " OR ".join(f"{name} IS NOT NULL" for name, _ in made) or "true"
        shown = f"{self._place('b')} AS shown{tag}{''.join(f', {name}' for name, _ in made)}"
        return f"SELECT {shown} FROM ({found}) WHERE b IS NOT NULL AND ({held}){self._limit}"

    def aggregates(self, buckets: Buckets, grid: Grid) -> str:
        """One row a bucket (and tag): its beginning, then the values."""
        keys = ["b", "tag"] if self.is_narrow else ["b"]
        made = self._made(buckets)
        values = "".join(f", {value} AS {name}" for name, value in made)
        found = f"SELECT {', '.join(keys)}{values} FROM ({self._part(grid)}) GROUP BY ALL"
        shown = ", ".join([f"{self._place('b')} AS place", *keys[1:], *(name for name, _ in made)])
        order = ", ".join(reversed(keys) if self._wanted.by_series else keys)
        steps = f"SELECT range AS b FROM range({grid.first}::BIGINT, {grid.high}::BIGINT, {grid.step}::BIGINT)"
        every = f"({steps}) CROSS JOIN (SELECT DISTINCT tag FROM found)" if self.is_narrow else f"({steps})"
        held = " OR ".join(f"{name} IS NOT NULL" for name, _ in made) or "true"
        relation = f"{every} LEFT JOIN found USING ({', '.join(keys)})" if buckets.empty else f"found WHERE {held}"
        return f"WITH found AS MATERIALIZED ({found}) SELECT {shown} FROM {relation} ORDER BY {order}{self._limit}"

    def extremes(self, buckets: Buckets, grid: Grid) -> str:
        """Long: the least and the greatest value of each bucket, where they happened."""
        series = self._series(buckets)
        values = "".join(
            f", arg_min(place, {v}){f} AS a{n}, min({v}){f} AS l{n}"
            f", arg_max(place, {v}){f} AS z{n}, max({v}){f} AS h{n}"
            for n, v, f in ((n, v, self._filter(f)) for n, (_, v, f) in enumerate(series))
        )
        keys = "b, tag" if self.is_narrow else "b"
        points = " UNION ALL ".join(
            f"SELECT {s} AS s, a{n} AS place, l{n}::DOUBLE AS v FROM found WHERE a{n} IS NOT NULL UNION ALL "
            f"SELECT {s}, z{n}, h{n}::DOUBLE FROM found WHERE z{n} <> a{n} OR h{n} <> l{n}"
            for n, (s, _, _) in enumerate(series)
        )
        found = f"SELECT {keys}{values} FROM ({self._part(grid)}) GROUP BY ALL"
        return f"WITH found AS MATERIALIZED ({found}) {points}"

    def points(self, buckets: Buckets) -> str:
        """Long, in order: every value that is a number."""
        parts = " UNION ALL ".join(
            f"SELECT {s} AS s, place, row, ({v})::DOUBLE AS v FROM part WHERE {f}"
            for s, v, f in self._series(buckets)
        )
        return f"WITH part AS ({self._part(None)}) SELECT s, place, v FROM ({parts}) ORDER BY s, place, row"

    def chosen(self, relation: str, buckets: Buckets) -> str:
        """A long relation as it is answered: a narrow table has a row a point, a wide one a row a place, in which
        the columns without a point there are null."""
        place = self._place("place")
        if self.is_narrow:
            order = "s, place" if self._wanted.by_series else "place, s"
            shown = f"{place} AS shown, s AS tag, v AS number"
            return f"SELECT {shown} FROM ({relation}) ORDER BY {order}{self._limit}"
        columns = [s for s, _, _ in self._series(buckets)]
        values = "".join(f", max(v) FILTER (s = {s}) AS c{s}" for s in columns)
        numbered = f"SELECT *, row_number() OVER (PARTITION BY s, place ORDER BY v) AS n FROM ({relation})"
        grouped = f"SELECT {place} AS shown{values} FROM ({numbered}) GROUP BY place, n"
        return f"{grouped} ORDER BY place, n{self._limit}"

    def answered(self, buckets: Buckets | None) -> list[str]:
        """The names of what comes, in order."""
        if buckets is None:
            return [*self._wanted.common, *self._names]
        place = self._wanted.by
        if self.is_narrow:
            texts = ["text"] if buckets.method in ("first", "last") else []
            return [place, "tag", "number", *texts]
        return [place, *(self._names[n] for n in self._numbered(buckets))]

    def _made(self, buckets: Buckets) -> list[tuple[str, str]]:
        """What is made of a bucket: name and expression."""
        method = buckets.method
        number, text = (self._column(name) for name in ("number", "text")) if self.is_narrow else ("", "")
        if method in ("first", "last"):
            pick = "arg_min" if method == "first" else "arg_max"
            if self.is_narrow:
                held = f"struct_pack(n := {number}, t := {text})"
                both = f"{pick}({held}, {_WHEN}) FILTER ({number} IS NOT NULL OR {text} IS NOT NULL)"
                return [("number", f"({both}).n"), ("text", f"({both}).t")]
            return [(f"c{n}", f"{pick}(c{n}, {_WHEN}) FILTER (c{n} IS NOT NULL)") for n in self._numbered(buckets)]
        if method == "count":
            if self.is_narrow:
                return [("number", f"count(*) FILTER ({number} IS NOT NULL OR {text} IS NOT NULL)")]
            return [(f"c{n}", f"count(c{n})") for n in self._numbered(buckets)]
        function = {"mean": "avg"}.get(method, method)
        names = ["number"] if self.is_narrow else [f"c{n}" for n in self._numbered(buckets)]
        parts = zip(names, self._series(buckets), strict=True)
        double = "::DOUBLE" if method == "sum" else ""
        return [(name, f"{function}({v}{double}){self._filter(f)}") for name, (_, v, f) in parts]

    def _filter(self, condition: str) -> str:
        return f" FILTER ({condition})" if self.is_filtered else ""

    def _series(self, buckets: Buckets) -> list[tuple[str, str, str]]:
        """Of each series: what names it in a long relation, its value as a number, and which values count. What is
        no number, or infinite, is left out: one of them would spoil its whole bucket."""
        if self.is_narrow:
            number = self._column("number")
            return [("tag", number, f"isfinite({number})")]
        found = []
        for n in self._numbered(buckets):
            value = f"c{n}" if self._kinds[n] in NUMBERS else f"TRY_CAST(c{n} AS DOUBLE)"
            counts = f"c{n} IS NOT NULL" if self._kinds[n] == "int64" else f"isfinite({value})"
            found.append((str(n), value, counts))
        return found

    def _numbered(self, buckets: Buckets) -> list[int]:
        """The columns that the method can be asked of, by their numbers."""
        every = buckets.method in COUNTED or buckets.as_number
        return [n for n, kind in enumerate(self._kinds) if every or kind in NUMBERS]

    def _part(self, grid: Grid | None) -> str:
        bucket = self._bucket(grid) if grid else "0"
        tag = f", {self._column('tag')} AS tag" if self.is_narrow else ""
        columns = "".join(f", c{n}" for n in range(len(self._names)))
        return f"SELECT {bucket} AS b, {self._axis} AS place, row{tag}{columns} FROM series WHERE {self._where()}"

    def _bucket(self, grid: Grid) -> str:
        # Arithmetic that holds before the origin, too: SQL's remainder bears the sign of what is divided.
        return (
            f"({self._axis} - (({self._axis} - {grid.origin}) % {grid.step} + {grid.step}) % {grid.step})::BIGINT"
        )

    def _place(self, expression: str) -> str:
        return expression if self._wanted.by == "row" else f"make_timestamptz({expression})"

    def _where(self, placed: bool = True) -> str:
        """``placed``: rows without a place on the axis are left out, as they are where a range is asked for."""
        wanted = self._wanted
        conditions = [f"{self._bounded} IS NOT NULL"] if placed else []
        if wanted.start is not None:
            conditions.append(f"{self._bounded} >= {self._place(str(int(wanted.start)))}")
        if wanted.end is not None:
            conditions.append(f"{self._bounded} < {self._place(str(int(wanted.end)))}")
        if self.parameters:
            conditions.append(f"{self._column('tag')} IN ({', '.join('?' for _ in self.parameters)})")
        return " AND ".join(conditions) or "true"

    @property
    def is_of_many(self) -> bool:
        """Whether more than one series, or a whole narrow table, is asked for."""
        return not self.parameters if self.is_narrow else len(self._names) != 1

    @property
    def _valued(self) -> str:
        """Of one series only what can be put together takes part; of many it would cost reading all of them."""
        buckets = self._wanted.buckets
        if buckets is None:
            return ""
        if buckets.method in COUNTED:
            held = [f"c{n} IS NOT NULL" for n in range(len(self._names))]
            if self.is_narrow:
                held = [f"({self._column('number')} IS NOT NULL OR {self._column('text')} IS NOT NULL)"]
        else:
            held = [counts for _, _, counts in self._series(buckets)]
        return f" AND {held[0]}" if len(held) == 1 else ""

    @property
    def _limit(self) -> str:
        return "" if self._wanted.limit is None else f" LIMIT {int(self._wanted.limit)}"

    def _column(self, name: str) -> str:
        return f"c{self._names.index(name)}"
