"""What is erased is out of the data folder's files, not only out of the answers."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from aas_server.errors import NotFound
from aas_server.store.contract import LiveValue, Store
from aas_server.twin.metamodel import verified
from aas_server.twin.repository import Attachment, Bundle, Repository

MARKER = "나사-7741-marker"


def test_live_values_of_a_stream_are_forgotten_for_good(store: Store) -> None:
    store.live.put("gone", {"a": LiveValue(MARKER, 1)})
    store.live.put("gone", {"a": LiveValue("later", 2)})
    store.live.put("stays", {"a": LiveValue(1, 1)})
    store.catalogue.put("behind", "gone", msgspec.json.encode({"key": MARKER}))
    store.catalogue.delete("behind", "gone")
    store.live.forget("gone")
    assert store.live.get("gone") == {} and set(store.live.get("stays")) == {"a"}
    files = [path for path in store.folder.rglob("*") if path.is_file()]
    assert not [path.name for path in files if MARKER.encode() in path.read_bytes()]


def test_content_is_removed_once_and_for_all(store: Store) -> None:
    digest, other = store.files.add(MARKER.encode()), store.files.add(b"other")
    store.files.remove(digest)
    store.files.remove(digest)
    with pytest.raises(NotFound):
        store.files.path(digest)
    assert store.files.path(other).read_bytes() == b"other"


def test_blobs_that_documents_name_are_known(store: Store) -> None:
    digest = store.files.add(b"manual")
    file = {"modelType": "File", "idShort": "Manual", "contentType": "text/plain", "value": "/aasx/files/a.txt"}
    document = verified("submodel", {"modelType": "Submodel", "id": "urn:sm", "submodelElements": [file]})
    attachment = Attachment("urn:sm", "Manual", "text/plain", digest)
    asyncio.run(Repository(store).put_all(Bundle([document], [attachment])))
    asked = [digest, *(f"{number:064x}" for number in range(600))]
    assert asyncio.run(_attached(store, asked)) == {digest}


async def _attached(store: Store, digests: list[str]) -> frozenset[str]:
    return await store.documents.attached_blobs(digests)
