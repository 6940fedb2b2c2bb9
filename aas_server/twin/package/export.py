"""AASX and environment files, written whole or not at all; the same content gives the same bytes."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from aas_server.errors import Unavailable
from aas_server.store.contract import Files
from aas_server.store.durable import is_full, sync
from aas_server.twin.live import Overlay
from aas_server.twin.package.container import opc
from aas_server.twin.package.container.zipping import Zipping
from aas_server.twin.package.content import Content, documents, gather
from aas_server.twin.package.environment.writing import EnvironmentWriter, Form, Metamodel
from aas_server.twin.repository import Repository

_ORIGIN_PART = "aasx/aasx-origin"
_ORIGIN_BODY = b"Intentionally empty."
_MEDIA_TYPES = {"xml": "application/xml", "json": "application/json"}


async def export(
    repository: Repository,
    overlay: Overlay,
    shells: Sequence[str],
    target: Path,
    metamodel: Metamodel = "3.0",
    form: Form = "xml",
) -> None:
    """Write shells with all they refer to as a package.

    Raises ``NotFound``, ``BadInput`` (``export-invalid``), ``Unavailable``.
    """
    content = await gather(repository, overlay, shells)
    await export_content(repository, overlay, content, target, metamodel, form)


async def export_content(
    repository: Repository,
    overlay: Overlay,
    content: Content,
    target: Path,
    metamodel: Metamodel = "3.0",
    form: Form = "xml",
) -> None:
    """Write a package to ``target``: a temporary file beside it, synced, then renamed. Neither the documents nor
    the files of the package are ever in memory together."""
    with _scratch(target) as data:
        await _write_environment(repository, overlay, content, data, form, metamodel)
        await asyncio.to_thread(_write_package, target, content, repository.store.files, data, form)


async def export_environment(
    repository: Repository,
    overlay: Overlay,
    content: Content,
    target: Path,
    metamodel: Metamodel = "3.1",
    form: Form = "json",
) -> None:
    """Write the environment alone, without files, as JSON or XML."""
    with _scratch(target) as data:
        await _write_environment(repository, overlay, content, data, form, metamodel)
        await asyncio.to_thread(_write_bare, target, data)


async def _write_environment(
    repository: Repository, overlay: Overlay, content: Content, target: BinaryIO, form: Form, metamodel: Metamodel
) -> None:
    writer = EnvironmentWriter(target, form, metamodel)
    async for kind, document in documents(repository, overlay, content):
        await asyncio.to_thread(writer.put, kind, document)
    writer.end()


def _write_bare(target: Path, data: BinaryIO) -> None:
    data.seek(0)
    with _whole(target) as stream:
        shutil.copyfileobj(data, stream, 1 << 20)


def _write_package(target: Path, content: Content, files: Files, data: BinaryIO, form: Form) -> None:
    spec = f"aasx/data.{form}"
    supplements = sorted(content.supplements, key=lambda one: one.path)
    names = {one.path: opc.part_name(one.path) for one in supplements}
    root = [opc.Relationship(opc.ORIGIN, _ORIGIN_PART)]
    if content.thumbnail is not None:
        root.append(opc.Relationship(opc.THUMBNAIL, names[content.thumbnail]))
    types = {_ORIGIN_PART: "text/plain", spec: _MEDIA_TYPES[form]}
    types |= {names[one.path]: one.media_type for one in supplements}
    data.seek(0)
    with _whole(target) as stream, Zipping(stream) as package:
        package.pack(opc.CONTENT_TYPES, opc.content_types_xml(types))
        package.pack(opc.relationships_name(opc.ROOT), opc.relationships_xml(root))
        package.pack(_ORIGIN_PART, _ORIGIN_BODY)
        from_origin = opc.relationships_xml([opc.Relationship(opc.SPEC, spec)])
        package.pack(opc.relationships_name(_ORIGIN_PART), from_origin)
        package.pack_file(spec, data)
        if supplements:
            from_spec = [opc.Relationship(opc.SUPPLEMENT, names[one.path]) for one in supplements]
            package.pack(opc.relationships_name(spec), opc.relationships_xml(from_spec))
        for one in supplements:
            package.add_file(names[one.path], files.path(one.digest), one.media_type)


@contextmanager
def _scratch(target: Path) -> Iterator[BinaryIO]:
    """A nameless file where ``target`` will be, so that it needs no other disk."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=target.parent) as scratch:
            yield scratch
    except OSError as fault:
        raise _unwritable(target, fault) from None


@contextmanager
def _whole(target: Path) -> Iterator[BinaryIO]:
    """A stream whose bytes stand under ``target`` once the block has ended well, and nowhere otherwise."""
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".export-")
    except OSError as fault:
        raise _unwritable(target, fault) from None
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
        temporary.replace(target)
        sync(target.parent)
    except OSError as fault:
        raise _unwritable(target, fault) from None
    finally:
        temporary.unlink(missing_ok=True)


def _unwritable(target: Path, fault: OSError) -> Unavailable:
    if is_full(fault):
        return Unavailable("store-disk-full", file=str(target))
    return Unavailable("export-unwritable", file=str(target), fault=fault.strerror)
