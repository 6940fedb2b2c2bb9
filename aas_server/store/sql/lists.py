"""The statements of every list. Keyset paging: each index ends in what the list is in order of, so a page costs
the same wherever it lies and however much is stored."""

from __future__ import annotations

from collections.abc import Sequence

from aas_server.store.contract import REGISTERED, Described, Kind
from aas_server.store.sql import texts
from aas_server.store.sql.rows import columns

Statement = tuple[str, list[object]]
Pairs = Sequence[tuple[str, str]]


def page(
    kind: Kind,
    id_short: str | None,
    semantic_id: str | None,
    asset_ids: Pairs,
    whole: bool,
    after: int,
    limit: int,
) -> Statement:
    """Documents of a kind in order of creation; all filters hold."""
    joins, values = _asset_joins(kind, asset_ids)
    wheres = ["d.kind = ?", "d.seq > ?"]
    values += [kind, after]
    semantic_key = None if semantic_id is None else texts.key(semantic_id)
    for column, wanted in (("d.id_short", id_short), ("d.semantic_id", semantic_key)):
        if wanted is not None:
            wheres.append(f"{column} = ?")
            values.append(wanted)
    where = " AND ".join(wheres)
    query = f"SELECT {columns(whole)} FROM document d{joins} WHERE {where} ORDER BY d.seq LIMIT ?"  # noqa: S608
    return query, [*values, limit]


def several(kind: Kind, ids: Sequence[str], whole: bool) -> Statement:
    places = ", ".join("?" * len(ids))
    return (
        f"SELECT {columns(whole)} FROM document d WHERE kind /*unindexed*/ = ? AND id IN ({places})",  # noqa: S608
        [kind, *ids],
    )


def described(kind: Described, facts: Pairs, after: int, limit: int) -> Statement:
    """Documents and the descriptors that others registered, in order of creation together. Either side is in order
    by its own index; what is registered hides the document with its id."""
    registered = REGISTERED[kind]
    hidden = "NOT EXISTS (SELECT 1 FROM document r WHERE r.kind /*unindexed*/ = ? AND r.id = d.id)"
    own, own_values = _described_side(kind, facts, after, limit, hidden, [registered])
    other, other_values = _described_side(registered, facts, after, limit, "", [])
    query = f"SELECT * FROM ({own}) AS own UNION ALL SELECT * FROM ({other}) AS other ORDER BY seq LIMIT ?"  # noqa: S608
    return query, [*own_values, *other_values, limit]


def shells_by_assets(asset_ids: Pairs, after: str, limit: int) -> Statement:
    """Ids in their order, some of them more than once. The beginning of the id comes first, as in the index; the
    whole id settles the rest. The index of the first pair leads, so that should be the rarest."""
    wanted = [(texts.key(name), texts.key(value)) for name, value in asset_ids]
    also = (
        " AND EXISTS (SELECT 1 FROM asset_id b WHERE b.name = ? AND b.value = ?"  # noqa: S608
        f" AND substr(b.id, 1, {texts.SHORT}) = substr(a.id, 1, {texts.SHORT}) AND b.id = a.id"
        " AND b.kind IN ('shell', 'asset-links'))"
    )
    first = "a.name = ? AND a.value = ? AND " if wanted else ""
    values: list[object] = [*(wanted[0] if wanted else ()), after[: texts.SHORT], after]
    values += [part for pair in wanted[1:] for part in pair]
    # Not the bare kind: SQLite would take the index that begins with it, which is in no order of id.
    query = (
        f"SELECT a.id FROM asset_id a WHERE {first}substr(a.id, 1, {texts.SHORT}) >= ? AND a.id > ?"  # noqa: S608
        f" AND a.kind || '' IN ('shell', 'asset-links'){also * (len(wanted) - 1)}"
        f" ORDER BY substr(a.id, 1, {texts.SHORT}), a.id LIMIT ?"
    )
    return query, [*values, limit]


def few(pair: tuple[str, str], most: int) -> Statement:
    """How many documents have an asset id, counted up to ``most``."""
    query = "SELECT count(*) FROM (SELECT 1 FROM asset_id WHERE name = ? AND value = ? LIMIT ?) AS few"
    return query, [*map(texts.key, pair), most]


def recent(
    kind: Kind,
    after: tuple[int, int],
    created_from: int | None,
    updated_from: int | None,
    asset_ids: Pairs,
    semantic_id: str | None,
    limit: int,
) -> Statement:
    """The last change of each document in order of time."""
    # Nothing is created after its last change, so both moments say where to begin.
    begin = max(updated_from or 0, created_from or 0)
    wheres = ["l.kind = ?", "l.time >= ?", "(l.time, l.position) > (?, ?)"]
    where_values: list[object] = [kind, begin, *after]
    joins, values = "", list[object]()
    if asset_ids or semantic_id is not None:
        asset_joins, values = _asset_joins(kind, asset_ids)
        joins = f" JOIN document d ON d.kind /*unindexed*/ = l.kind AND d.id = l.id{asset_joins}"
    if semantic_id is not None:
        wheres.append("d.semantic_id = ?")
        where_values.append(texts.key(semantic_id))
    if created_from is not None:
        wheres.append("l.created >= ?")
        where_values.append(created_from)
    query = (
        f"SELECT l.position, l.kind, l.id, l.what, l.time, l.created FROM latest l{joins}"  # noqa: S608
        f" WHERE {' AND '.join(wheres)} ORDER BY l.time, l.position LIMIT ?"
    )
    return query, [*values, *where_values, limit]


def _asset_joins(kind: Kind, asset_ids: Pairs) -> Statement:
    joins = "".join(
        f" JOIN asset_id a{i} ON a{i}.seq = d.seq AND a{i}.kind = ? AND a{i}.name = ? AND a{i}.value = ?"
        for i in range(len(asset_ids))
    )
    return joins, [part for name, value in asset_ids for part in (kind, texts.key(name), texts.key(value))]


def _described_side(
    kind: Kind, facts: Pairs, after: int, limit: int, hidden: str, hidden_values: list[object]
) -> Statement:
    """A document has a fact once, so none comes twice. The facts' index leads: cross joins keep SQLite to it."""
    tables, wheres, values = _with_facts(kind, facts)
    first = "f0" if facts else "d"
    tables.append("document d")
    if facts:
        wheres.append("d.seq = f0.seq")
    wheres += ["d.kind = ?", f"{first}.seq > ?", *([hidden] if hidden else [])]
    query = (
        f"SELECT {columns(whole=False)} FROM {' CROSS JOIN '.join(tables)}"  # noqa: S608
        f" WHERE {' AND '.join(wheres)} ORDER BY {first}.seq LIMIT ?"
    )
    return query, [*values, kind, after, *hidden_values, limit]


def _with_facts(kind: Kind, facts: Pairs) -> tuple[list[str], list[str], list[object]]:
    """Tables and conditions that together hold for the documents with all of these facts."""
    tables: list[str] = []
    wheres: list[str] = []
    values: list[object] = []
    for number, (field, value) in enumerate(facts):
        name = f"f{number}"
        tables.append(f"fact {name}")
        wheres += [f"{name}.kind = ?", f"{name}.shape = ?", f"substr({name}.value, 1, {texts.SHORT}) = ?"]
        values += [kind, texts.shape(field), value[: texts.SHORT]]
        if len(value) >= texts.SHORT:
            # Not the bare column: SQLite would put its value into substr() and no longer find the index.
            wheres.append(f"{name}.value || '' = ?")
            values.append(value)
        if texts.shape(field) != texts.key(field):
            wheres.append(f"{name}.field = ?")
            values.append(field)
        if number:
            wheres.append(f"{name}.seq = f0.seq")
    return tables, wheres, values
