"""Sample pictures of a product of pictures."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from aas_server.product.package.product import IN_PACKAGE
from aas_server.product.record import ReleaseRecord
from aas_server.web.reader import Reader


@dataclass(frozen=True, slots=True)
class Sample:
    title: str
    href: str


@dataclass(frozen=True, slots=True)
class Pictures:
    """``rows`` of the release bear a picture."""

    rows: int
    samples: tuple[Sample, ...]


def of_release(release: ReleaseRecord, reader: Reader) -> Pictures | None:
    """Those that the DataProduct shows; ``None`` where the release holds no pictures."""
    base = f"/products/{quote(release.product, safe='')}/releases/{quote(release.id, safe='')}/files/"
    parts = release.released.product.distributions
    manifests = [part for part in parts if "/files/pictures/" in part.url and part.media_type == "text/csv"]
    if not manifests:
        return None
    samples = tuple(
        Sample(reader.in_own(part.title), base + quote(part.url.removeprefix(IN_PACKAGE)))
        for part in parts
        if part.media_type.startswith("image/")
    )
    return Pictures(sum(part.rows or 0 for part in manifests), samples)
