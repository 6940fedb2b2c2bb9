"""Every way to take a product home, as links that work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from aas_server.ids import encode
from aas_server.product.record import ReleaseRecord
from aas_server.web.bundle import bundled
from aas_server.web.reader import Reader


@dataclass(frozen=True, slots=True)
class Download:
    """A file. ``size`` in bytes; ``sha256`` empty where only the whole archive's is told."""

    title: str
    name: str
    href: str
    size: int
    sha256: str = ""


def of_release(release: ReleaseRecord, reader: Reader) -> list[Download]:
    """The archive and its parts, then the package: those that are there."""
    released = release.released
    base = _base(release)
    found = []
    if released.archive.is_file():
        title = reader.say("web-download-archive")
        found.append(
            Download(
                title, released.archive.name, f"{base}/archive", released.archive.stat().st_size, released.sha256
            )
        )
    for key, file in _parts(release):
        if file.is_file() and file.is_relative_to(released.folder):
            path = file.relative_to(released.folder).as_posix()
            found.append(Download(reader.say(key), path, f"{base}/files/{quote(path)}", file.stat().st_size))
    return found + _package(release, reader)


def of_bundle(release: ReleaseRecord) -> list[Download]:
    """What is handed to a library that takes files."""
    folder = f"/pages/products/{quote(release.product, safe='')}/bundle"
    return [
        Download(file.name, file.name, f"{folder}/{quote(file.name, safe='')}", file.stat().st_size)
        for file in bundled(release)
    ]


def records_url(release: ReleaseRecord, origin: str) -> str:
    """An example call of the Open API."""
    return f"{origin}{_base(release)}/records?limit=100"


def predict_url(release: ReleaseRecord, origin: str) -> str:
    """Where the release's model is asked."""
    return f"{origin}{_base(release)}/predict"


def _base(release: ReleaseRecord) -> str:
    return f"/products/{quote(release.product, safe='')}/releases/{quote(release.id, safe='')}"


def _parts(release: ReleaseRecord) -> Sequence[tuple[str, Path]]:
    folder = release.released.folder
    data = [("web-download-data", table.path) for table in release.prepared.tables]
    manifests = [("web-download-pictures", file) for file in sorted((folder / "pictures").glob("*.csv"))]
    return [
        ("web-download-sample", folder / "sample.csv"),
        ("web-download-guide-book", folder / "guide-book.html"),
        ("web-download-variables", folder / "variables.csv"),
        ("web-download-model", release.trained.onnx),
        ("web-download-model-card", folder / "model" / "model-card.html"),
        *data,
        *manifests,
    ]


def _package(release: ReleaseRecord, reader: Reader) -> list[Download]:
    registered = release.registered
    if registered is None or not registered.aasx.is_file():
        return []
    href = f"/api/v3.1/packages/{encode(registered.registration.listing)}"
    size = registered.aasx.stat().st_size
    return [Download(reader.say("web-download-aasx"), registered.aasx.name, href, size, registered.sha256)]
