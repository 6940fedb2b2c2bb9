from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from aas_server.errors import NotFound
from aas_server.store.contract import Store


def test_content_is_found_by_its_digest(store: Store, tmp_path: Path) -> None:
    content = "가나다".encode() * 1000
    digest = hashlib.sha256(content).hexdigest()
    source = tmp_path / "source"
    source.write_bytes(content)
    assert {store.files.add(one) for one in (content, io.BytesIO(content), source)} == {digest}
    assert store.files.path(digest).read_bytes() == content


def test_nothing_else_lies_about(store: Store) -> None:
    digest = store.files.add(b"once")
    store.files.add(b"once")
    files = [path for path in (store.folder / "files").rglob("*") if path.is_file()]
    assert files == [store.files.path(digest)]


@pytest.mark.parametrize("digest", ["0" * 64, "", "../../etc/passwd", "A" * 64])
def test_unknown_content_is_not_found(store: Store, digest: str) -> None:
    with pytest.raises(NotFound):
        store.files.path(digest)


def test_a_source_that_breaks_leaves_nothing(store: Store) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise RuntimeError("cut off")

    with pytest.raises(RuntimeError):
        store.files.add(Broken())
    assert [path for path in (store.folder / "files").rglob("*") if path.is_file()] == []
