"""Packages made by hand, as another tool would."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

ORIGIN = "http://admin-shell.io/aasx/relationships/aasx-origin"
SPEC = "http://admin-shell.io/aasx/relationships/aas-spec"
XML = (
    b'<environment xmlns="https://admin-shell.io/aas/3/0"><submodels><submodel><id>urn:x</id>'
    b"</submodel></submodels></environment>"
)
Pack = Callable[..., bytes]


def relationships(*pairs: tuple[str, str]) -> str:
    lines = "".join(f'<Relationship Id="r{n}" Type="{kind}" Target="{to}"/>' for n, (kind, to) in enumerate(pairs))
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{lines}</Relationships>'


@pytest.fixture
def pack() -> Pack:
    """A package of environments and further entries (a name or a ``ZipInfo``, and what is in it)."""

    def make(*environments: bytes, entries: tuple[tuple[str | zipfile.ZipInfo, bytes], ...] = ()) -> bytes:
        target = io.BytesIO()
        names = [f"aasx/data{number or ''}.xml" for number in range(max(1, len(environments)))]
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("_rels/.rels", relationships((ORIGIN, "/aasx/aasx-origin")))
            made.writestr("aasx/aasx-origin", "")
            made.writestr("aasx/_rels/aasx-origin.rels", relationships(*((SPEC, f"/{name}") for name in names)))
            for name, body in zip(names, environments or (XML,), strict=True):
                made.writestr(name, body)
            for entry, body in entries:
                made.writestr(entry, body)
        return target.getvalue()

    return make
