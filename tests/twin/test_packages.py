from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from aas_server.errors import BadInput, Conflict, NotFound
from aas_server.store.contract import Store
from aas_server.twin.packages import Packages


@dataclass
class Set:
    moment: datetime

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Set:
    return Set(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def packages(store: Store, clock: Set) -> Packages:
    return Packages(store, clock)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "a.aasx"
    file.write_bytes(b"bytes")
    return file


def test_a_package_is_kept_and_handed_out(packages: Packages, source: Path) -> None:
    packages.put("press/1", ["urn:aas:1"], "프레스.aasx", source)
    package = packages.get("press/1")
    assert package.file_name == "프레스.aasx" and package.aas_ids == ("urn:aas:1",) and package.size == 5
    assert packages.path(package).read_bytes() == b"bytes"


def test_a_promised_package_stays_until_its_day(packages: Packages, source: Path, clock: Set) -> None:
    packages.put("p", [], "p.aasx", source, date(2027, 1, 1))
    for forbidden in (lambda: packages.delete("p"), lambda: packages.replace("p", [], "q.aasx", source)):
        with pytest.raises(Conflict) as raised:
            forbidden()
        assert raised.value.key == "kept-until" and raised.value.values["date"] == "2027-01-01"
    packages.put("p", [], "p.aasx", source, date(2026, 6, 1))
    assert packages.get("p").kept_until == date(2027, 1, 1), "a promise is never shortened"
    clock.moment = datetime(2027, 1, 1, tzinfo=UTC)
    packages.delete("p")
    with pytest.raises(NotFound):
        packages.get("p")


def test_pages_hold_each_package_once(packages: Packages, source: Path) -> None:
    for number in range(7):
        packages.put(f"p{number}", ["urn:even" if number % 2 == 0 else "urn:odd"], "p.aasx", source)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = packages.page(2, cursor, "urn:even")
        seen += [one.id for one in page.packages]
        cursor = page.cursor
        if cursor is None:
            break
    assert seen == ["p0", "p2", "p4", "p6"]


def test_an_id_too_long_for_the_wire_is_refused(packages: Packages, source: Path) -> None:
    with pytest.raises(BadInput):
        packages.put("x" * 129, [], "p.aasx", source)


def test_packages_kept_before_there_was_an_index_are_found(packages: Packages, store: Store, source: Path) -> None:
    packages.put("old", ["urn:aas:1"], "p.aasx", source)
    for id, _ in store.catalogue.page("package-of-shell"):
        store.catalogue.delete("package-of-shell", id)
    assert [one.id for one in packages.page(10, None, "urn:aas:1").packages] == ["old"]
    assert packages.page(10, None, "urn:aas:2").packages == ()


def test_a_write_that_is_not_allowed_changes_nothing(packages: Packages, source: Path) -> None:
    def never(_: object) -> None:
        raise Conflict("kept-until", id="p", date="-")

    packages.put("p", ["urn:aas:1"], "p.aasx", source)
    with pytest.raises(Conflict):
        packages.replace("p", ["urn:aas:2"], "p.aasx", source, never)
    with pytest.raises(Conflict):
        packages.delete("p", never)
    assert packages.get("p").aas_ids == ("urn:aas:1",)
