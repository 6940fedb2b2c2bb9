"""Large and many packages: ``python tests/bench/packages.py [--size 200] [--count 4000]``.

*Export* of a shell with one file of ``--size`` MB, in a process of its own, against copying that file as durably
(file and folder synced): the ratio of the medians (limit 1.5), and peak memory above the idle process (limit
100 MB). *Import* of ``--count`` small packages, in a process of its own: the rate of the last 500 against that of
the first 500 (limit 0.8), and what memory grew by in between (limit 20 MB).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from aas_server.house import House
from aas_server.settings import Settings
from aas_server.store.durable import sync
from aas_server.twin.live import Overlay
from aas_server.twin.metamodel import verified
from aas_server.twin.package import export, import_file
from aas_server.twin.repository import Attachment, Bundle

MB = 2**20
ROUNDS = 8
SAMPLE = 500
LIMITS = {"export time ratio": 1.5, "export MB above idle": 100, "import rate ratio": 0.8, "import MB grown": 20}
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"


def resident() -> float:
    """MB of this process at the moment."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MB


def peak() -> float:
    """MB of this process at its most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def measured(write: Callable[[], object], copy: Callable[[], object], first: bool) -> tuple[float, float]:
    """Both, the one or the other first: who comes second finds the caches warm."""
    took: dict[bool, float] = {}
    for wanted in (first, not first):
        os.sync()  # what others left to be written must not count
        took[wanted] = timed(write if wanted else copy)
    return took[True], took[False]


def documents(number: int) -> list[tuple[str, dict[str, object]]]:
    """A shell and a submodel with a file and 20 properties."""
    file = {"modelType": "File", "idShort": "Film", "contentType": "video/mp4", "value": "/aasx/files/film.mp4"}
    speeds = [
        {"modelType": "Property", "idShort": f"Speed{index}", "valueType": "xs:int", "value": f"{number + index}"}
        for index in range(20)
    ]
    reference = {"type": "ModelReference", "keys": [{"type": "Submodel", "value": f"urn:sm:{number}"}]}
    shell = {
        "modelType": "AssetAdministrationShell",
        "id": f"urn:aas:{number}",
        "assetInformation": {"assetKind": "Instance", "globalAssetId": f"urn:asset:{number}"},
        "submodels": [reference],
    }
    submodel = {"modelType": "Submodel", "id": f"urn:sm:{number}", "submodelElements": [file, *speeds]}
    return [("shell", shell), ("submodel", submodel)]


def fill(folder: Path, size: int) -> str:
    """A data folder with one shell whose film has ``size`` MB of noise; the film's SHA-256."""
    film = folder / "film.mp4"
    with film.open("wb") as target:
        for _ in range(size):
            target.write(os.urandom(MB))
    with House(Settings(data=folder / "data")) as house:
        digest = house.store.files.add(film)
        checked = [verified(kind, one) for kind, one in documents(0)]  # type: ignore[arg-type]
        attached = Attachment("urn:sm:0", "Film", "video/mp4", digest)
        house.runner.run(house.repository.put_all(Bundle(checked, [attached])))
    film.unlink()
    return digest


def exporting(folder: Path) -> dict[str, float]:
    """In a process of its own: one shell exported as often as its file is copied."""
    with House(Settings(data=folder / "data")) as house:
        _, digest = house.runner.run(house.repository.attachment("urn:sm:0", "Film"))
        film, target, made = house.store.files.path(digest), folder / "out.aasx", folder / "copy"
        overlay = Overlay(house.store)

        def write() -> None:
            target.unlink(missing_ok=True)
            house.runner.run(export(house.repository, overlay, ["urn:aas:0"], target))

        def copy() -> None:
            made.unlink(missing_ok=True)
            shutil.copyfile(film, made)
            sync(made)
            sync(folder)

        idle = resident()
        write()
        above = peak() - idle
        rounds = [measured(write, copy, number % 2 == 0) for number in range(ROUNDS)]
    export_time, copy_time = (statistics.median(column) for column in zip(*rounds, strict=True))
    return {
        "export s": export_time,
        "copy s": copy_time,
        "export time ratio": export_time / copy_time,
        "export MB above idle": above,
    }


def package(target: Path, number: int) -> None:
    """A small AASX as other tools write it."""

    def relation(kind: str, part: str) -> str:
        kind = f"http://admin-shell.io/aasx/relationships/{kind}"
        return (
            f'<Relationships xmlns="{_RELATIONSHIPS}">'
            f'<Relationship Id="r" Type="{kind}" Target="/{part}"/></Relationships>'
        )

    shell, submodel = (one for _, one in documents(number))
    environment = {"assetAdministrationShells": [shell], "submodels": [submodel]}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("_rels/.rels", relation("aasx-origin", "aasx/aasx-origin"))
        made.writestr("aasx/aasx-origin", "")
        made.writestr("aasx/_rels/aasx-origin.rels", relation("aas-spec", "aasx/data.json"))
        made.writestr("aasx/data.json", msgspec.json.encode(environment))
        made.writestr("aasx/files/film.mp4", f"film {number}".encode() * 50)


def importing(folder: Path) -> dict[str, float]:
    """In a process of its own: every package of a folder taken in, one after the other."""
    files = sorted((folder / "packages").glob("*.aasx"))
    settings = Settings(data=folder / "many")
    times: list[float] = []
    used: list[float] = []
    grown: list[float] = []
    with House(settings) as house:
        for number, file in enumerate(files, 1):
            work = import_file(house.repository, house.store.files, file, settings)
            before = time.process_time()
            times.append(timed(lambda work=work: house.runner.run(work)))  # type: ignore[misc]
            used.append(time.process_time() - before)
            if number in (SAMPLE, len(files)):
                grown.append(resident())
    first, last = SAMPLE / sum(times[:SAMPLE]), SAMPLE / sum(times[-SAMPLE:])
    return {
        "import first 500/s": first,
        "import last 500/s": last,
        "import rate ratio": last / first,
        "import first 500, processor ms each": sum(used[:SAMPLE]) / SAMPLE * 1000,
        "import last 500, processor ms each": sum(used[-SAMPLE:]) / SAMPLE * 1000,
        "import MB grown": grown[-1] - grown[0],
        "import MB": grown[-1],
    }


def apart(work: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--work", work, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> int:
    """Print the figures; 1 where a limit is passed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=200)
    parser.add_argument("--count", type=int, default=4000)
    parser.add_argument("--work", choices=["export", "import"])
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.count < 2 * SAMPLE:
        parser.error(f"--count must be at least {2 * SAMPLE}")
    if given.work:
        print(json.dumps((exporting if given.work == "export" else importing)(given.folder)))
        return 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        fill(folder, given.size)
        figures = apart("export", folder)
        (folder / "packages").mkdir()
        for number in range(given.count):
            package(folder / "packages" / f"{number:06}.aasx", number)
        figures |= apart("import", folder)
    failed = False
    for name, figure in figures.items():
        limit = LIMITS.get(name)
        good = limit is None or (figure >= limit if "rate" in name else figure <= limit)
        failed = failed or not good
        print(f"{name}: {figure:.3g}" + (f" (limit {limit:g})" if limit is not None else ""))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
