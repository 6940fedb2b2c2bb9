"""The operations of IDTA-01002 by method and path (``operations.csv``), the profiles they belong to, and the
version that each profile came with (``profiles.csv``).

Source of the tables: the OpenAPI files of the Industrial Digital Twin Association, ``v3.1.2`` (2026-04-23),
``v3.0.4`` and, for the rows ``since`` 3.2, the working state of V3.2 (2026-04-23); taken over on 2026-11-25. The
row for a concept description's ``$history`` is ours, after those for shells and submodels. The path
``…/invoke-asnyc`` is a slip of V3.1.2 for ``…/invoke-async``.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SERVICES: Mapping[str, str] = {
    "AAS": "AssetAdministrationShellServiceSpecification",
    "AASREPO": "AssetAdministrationShellRepositoryServiceSpecification",
    "AASREG": "AssetAdministrationShellRegistryServiceSpecification",
    "SM": "SubmodelServiceSpecification",
    "SMREPO": "SubmodelRepositoryServiceSpecification",
    "SMREG": "SubmodelRegistryServiceSpecification",
    "CDREPO": "ConceptDescriptionRepositoryServiceSpecification",
    "DISC": "DiscoveryServiceSpecification",
    "FS": "AasxFileServerServiceSpecification",
}
"""The short names in the table's column ``profiles`` (``AASREPO:2`` is SSP-002 of the shell repository)."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One row. ``since``: the first of 3.0, 3.1 and 3.2 (working state) that has it."""

    method: str
    path: str
    name: str
    since: str
    profiles: tuple[str, ...]


@cache
def operations() -> Mapping[tuple[str, str], Operation]:
    """All operations by ``(method, path)``."""
    with (Path(__file__).parent / "operations.csv").open(encoding="utf-8", newline="") as table:
        found = [
            Operation(row["method"], row["path"], row["name"], row["since"], tuple(row["profiles"].split()))
            for row in csv.DictReader(table)
        ]
    return {(one.method, one.path): one for one in found}


@cache
def profiles() -> Mapping[str, str]:
    """The profiles that are released: short name (``AASREPO:2``) to the version (3.0 or 3.1) it came with."""
    with (Path(__file__).parent / "profiles.csv").open(encoding="utf-8", newline="") as table:
        return {row["profile"]: row["since"] for row in csv.DictReader(table)}
