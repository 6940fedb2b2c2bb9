"""AASX written by our own hand: the same content gives the same bytes, whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from aas_server.errors import Unavailable
from aas_server.store.contract import Files
from aas_server.store.durable import sync
from aas_server.twin.live import Overlay
from aas_server.twin.package import formats, opc
from aas_server.twin.package.content import Content, gather
from aas_server.twin.repository import Repository

_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest moment a zip can name; a package's bytes follow from its content alone."""
_ORIGIN_PART = "aasx/aasx-origin"
_ORIGIN_BODY = b"Intentionally empty."
_MEDIA_TYPES = {"xml": "application/xml", "json": "application/json"}


async def export(
    repository: Repository,
    overlay: Overlay,
    shells: list[str],
    target: Path,
    metamodel: formats.Metamodel = "3.0",
    form: formats.Form = "xml",
) -> None:
    """Write shells with all they refer to.

    Raises ``NotFound``, ``BadInput`` (``export-invalid``), ``Unavailable``.
    """
    content = await gather(repository, overlay, shells)
    export_content(content, repository.store.files, target, metamodel, form)


def export_content(
    content: Content, files: Files, target: Path, metamodel: formats.Metamodel = "3.0", form: formats.Form = "xml"
) -> None:
    """Write a package to ``target``: a temporary file beside it, synced, then renamed."""
    data = formats.written(content.environment, form, metamodel)
    with _whole(target) as stream:
        _write(stream, content, files, data, form)


def _write(stream: BinaryIO, content: Content, files: Files, data: bytes, form: formats.Form) -> None:
    spec = f"aasx/data.{form}"
    supplements = sorted(content.supplements, key=lambda one: one.path)
    names = {one.path: opc.part_name(one.path) for one in supplements}
    root = [opc.Relationship(opc.ORIGIN, _ORIGIN_PART)]
    if content.thumbnail is not None:
        root.append(opc.Relationship(opc.THUMBNAIL, names[content.thumbnail]))
    types = {_ORIGIN_PART: "text/plain", spec: _MEDIA_TYPES[form]}
    types |= {names[one.path]: one.media_type for one in supplements}
    with zipfile.ZipFile(stream, "w") as package:
        _put(package, opc.CONTENT_TYPES, opc.content_types_xml(types))
        _put(package, opc.relationships_name(opc.ROOT), opc.relationships_xml(root))
        _put(package, _ORIGIN_PART, _ORIGIN_BODY)
        from_origin = opc.relationships_xml([opc.Relationship(opc.SPEC, spec)])
        _put(package, opc.relationships_name(_ORIGIN_PART), from_origin)
        _put(package, spec, data)
        if supplements:
            from_spec = [opc.Relationship(opc.SUPPLEMENT, names[one.path]) for one in supplements]
            _put(package, opc.relationships_name(spec), opc.relationships_xml(from_spec))
        for one in supplements:
            entry = _entry(names[one.path], zipfile.ZIP_STORED)
            with files.path(one.digest).open("rb") as source, package.open(entry, "w", force_zip64=True) as part:
                shutil.copyfileobj(source, part, 1 << 20)


def _put(package: zipfile.ZipFile, name: str, body: bytes) -> None:
    package.writestr(_entry(name, zipfile.ZIP_DEFLATED), body)


def _entry(name: str, compression: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.compress_type = compression
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    return entry


@contextmanager
def _whole(target: Path) -> Iterator[BinaryIO]:
    """A stream whose bytes stand under ``target`` once the block has ended well, and nowhere otherwise."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".export-")
    except OSError as fault:
        raise Unavailable("export-unwritable", file=str(target), fault=fault.strerror) from None
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
        raise Unavailable("export-unwritable", file=str(target), fault=fault.strerror) from None
    finally:
        temporary.unlink(missing_ok=True)
