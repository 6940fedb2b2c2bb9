"""Data folders of older versions."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aas_server.store.sql
from aas_server.databases import open_store
from aas_server.settings import Settings
from aas_server.store.sqlite.database import SqliteDatabase

SUBMODEL = b"""{"modelType": "Submodel", "id": "urn:sm", "idShort": "S",
 "semanticId": {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": "urn:sem"}]},
 "submodelElements": [{"modelType": "Property", "idShort": "P", "valueType": "xs:int", "value": "5"}]}"""
SHELL = b"""{"modelType": "AssetAdministrationShell", "id": "urn:aas",
 "assetInformation": {"assetKind": "Type", "globalAssetId": "urn:asset"}}"""
HAPPENED = (
    (1, "created", "urn:sm"),
    (2, "created", "urn:gone"),
    (3, "updated", "urn:sm"),
    (4, "deleted", "urn:gone"),
)


def first_version(folder: Path) -> None:
    """A data folder as version 1 left it, with a shell, a submodel and what happened to them."""
    folder.mkdir(exist_ok=True)
    database = SqliteDatabase(folder / "twin.db")
    script = Path(aas_server.store.sql.__file__).parent / "twin" / "001_first.sql"
    database.migrate(1, script.read_text())
    with database.writing() as connection:
        for seq, kind, id, body in ((1, "submodel", "urn:sm", SUBMODEL), (2, "shell", "urn:aas", SHELL)):
            connection.execute(
                "INSERT INTO document (seq, kind, id, body, etag, created, updated)"
                " VALUES (?, ?, ?, ?, 'e', 1, 3)",
                (seq, kind, id, body),
            )
        connection.execute(
            "INSERT INTO asset_id (kind, name, value, seq) VALUES ('shell', 'globalAssetId', 'urn:asset', 2)"
        )
        for position, what, id in HAPPENED:
            connection.execute(
                "INSERT INTO change (position, kind, id, what, time) VALUES (?, 'submodel', ?, ?, ?)",
                (position, id, what, position * 1_000_000),
            )
    database.close()


def test_a_folder_of_the_first_version_is_indexed_when_it_is_opened(tmp_path: Path) -> None:
    first_version(tmp_path)
    for _ in range(2):
        store = open_store(Settings(data=tmp_path))
        ask = store.documents
        assert b"submodelElements" not in asyncio.run(ask.get("submodel", "urn:sm", whole=False)).body
        found = asyncio.run(ask.page("submodel", 5, semantic_id="urn:sem"))
        assert [one.id for one in found.documents] == ["urn:sm"]
        found = asyncio.run(ask.described("shell", 5, facts=[("assetKind", "Type")]))
        assert [one.id for one in found.documents] == ["urn:aas"]
        assert asyncio.run(ask.shells_by_assets([("globalAssetId", "urn:asset")], 5)).ids == ("urn:aas",)
        changes, _ = asyncio.run(ask.recent("submodel", 5))
        assert [(one.position, one.id, one.what) for one in changes] == [
            (3, "urn:sm", "updated"),
            (4, "urn:gone", "deleted"),
        ]
        assert len(asyncio.run(ask.changes(0, 10))) == 4
        store.close()
