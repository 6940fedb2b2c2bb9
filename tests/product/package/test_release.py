"""A release: what lies in it, and that it comes out the same from the same."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from aas_server.errors import Conflict
from aas_server.product.record import ReleaseRecord, product, put_release
from aas_server.product.steps import Steps
from submodels import data_product


class Page(HTMLParser):
    """The parts of an HTML page that the tests look at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self.languages: list[str] = []
        self.code: dict[str, str] = {}
        self._run = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        self.addresses += [given[name] for name in ("src", "href", "data") if given.get(name)]
        if tag == "section":
            self.languages.append(given["lang"])
        self._run = given.get("data-run", "") if tag == "code" else self._run

    def handle_data(self, data):
        if self._run:
            self.code[self._run] = self.code.get(self._run, "") + data

    def handle_endtag(self, tag):
        if tag == "code":
            self._run = ""


@pytest.fixture(scope="module")
def made(benches, tmp_path_factory):
    bench = benches.Bench(tmp_path_factory.mktemp("release") / "data")
    yield bench, bench.package()
    bench.close()


@pytest.fixture
def unzipped(made, tmp_path) -> Path:
    _, released = made
    with zipfile.ZipFile(released.archive) as archive:
        archive.extractall(tmp_path)
    return tmp_path / released.id


def test_the_archive_holds_everything_that_is_promised(made, unzipped):
    names = {path.relative_to(unzipped).as_posix() for path in unzipped.rglob("*") if path.is_file()}
    assert names == {
        "SHA256SUMS",
        "data/shots.parquet",
        "data/values.parquet",
        "datasheet.html",
        "datasheet.json",
        "guide-book.html",
        "model/model-card.json",
        "model/model.onnx",
        "sample.csv",
        "variables.csv",
        "variables.json",
    }
    _, released = made
    assert released.sha256 == hashlib.sha256(released.archive.read_bytes()).hexdigest()
    assert released.size == released.archive.stat().st_size


def test_checksums_are_those_of_the_files(unzipped):
    assert shutil.which("sha256sum")
    done = subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=unzipped, capture_output=True)
    assert done.returncode == 0, done.stdout


def test_compressed_files_are_stored_and_dates_are_the_datas(made):
    _, released = made
    with zipfile.ZipFile(released.archive) as archive:
        for entry in archive.infolist():
            packed = entry.filename.endswith((".parquet", ".onnx"))
            assert (entry.compress_type == zipfile.ZIP_STORED) == packed, entry.filename
            assert entry.date_time[:3] == (2026, 3, 14)


def test_the_same_inputs_give_the_same_bytes_elsewhere_and_later(made, benches, tmp_path):
    _, released = made
    other = benches.Bench(tmp_path / "elsewhere")
    other.clock.at = other.clock.at.replace(year=2027)
    try:
        assert other.package().sha256 == released.sha256
    finally:
        other.close()


def test_tables_keep_every_row_and_can_be_read_in_parts(made, unzipped, benches):
    file = pq.ParquetFile(unzipped / "data/shots.parquet")
    assert file.metadata.num_rows == benches.ROWS
    assert file.num_row_groups > 1
    file.close()


def test_sample_shows_a_hundred_rows_with_defects_in_a_form_korean_excel_opens(unzipped):
    body = (unzipped / "sample.csv").read_bytes()
    assert body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(body.decode("utf-8-sig").splitlines()))
    assert 90 < len(rows) <= 100
    assert sum(row["Defect"] == "1" for row in rows) >= 10
    times = [row["Time"] for row in rows]
    assert times == sorted(times)
    assert times[0] == "2026-03-01T00:00:00Z"
    assert {row["Remark"] for row in rows} == {"정상", "'=1+1"}, "a text that a spreadsheet would run is disarmed"


def test_variable_dictionary_tells_meaning_and_what_was_seen(unzipped):
    variables = {part["id_short"]: part for part in json.loads((unzipped / "variables.json").read_text("utf-8"))}
    assert list(variables) == ["Time", "CycleTime", "Cushion", "Defect", "Remark", "Temperature"]
    cycle = variables["CycleTime"]
    assert (cycle["name"], cycle["unit"], cycle["valid_maximum"]) == ("사이클", "s", 120)
    assert (cycle["minimum"], cycle["maximum"], cycle["missing"], cycle["missing_percent"]) == (30, 36, 40, 0.1)
    assert variables["Time"]["minimum"] == "2026-03-01T00:00:00Z"
    assert variables["Time"]["title"] == {"ko": "시각", "en": "Time"}
    head, *rows = csv.reader((unzipped / "variables.csv").read_text("utf-8-sig").splitlines())
    assert {"id_short", "semantic_id", "title_ko", "definition_en"} <= set(head)
    assert [row[2] for row in rows].count("Time") == 2, "both tables have one"


def test_data_sheet_names_what_the_release_was_made_of(unzipped):
    sheet = json.loads((unzipped / "datasheet.json").read_text("utf-8"))
    shots = sheet["collected"]["streams"][0]
    assert (shots["stream"], shots["records"]) == ("shots", 40_003)
    assert [step["rows_out"] for step in sheet["processing"]["operations"]] == [40_000, 50]
    assert sheet["model"]["macro_f1"] == 0.62
    assert sheet["period"]["resolution"] == "PT30S"


@pytest.mark.parametrize("name", ["guide-book.html", "datasheet.html"])
def test_documents_are_korean_first_and_load_nothing(unzipped, name):
    text = (unzipped / name).read_text("utf-8")
    page = Page(text)
    assert page.languages == ["ko", "en"]
    assert page.addresses == []
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert "자가 점검" in text and "self-check" in text
    assert "인증" not in text and "certified" not in text.lower()
    assert "remove-repeated" in text and "40,003" in text


def test_texts_are_escaped(unzipped):
    text = (unzipped / "guide-book.html").read_text("utf-8")
    assert "&lt;하나&gt;" in text and "<하나>" not in text


def test_the_code_of_the_guide_book_runs(unzipped):
    code = Page((unzipped / "guide-book.html").read_text("utf-8")).code
    assert list(code) == ["data", "model"]
    for part, expected in (("data", "(40000, 5)"), ("model", "[0 0 0 0 0")):
        # Once per language in the page: one is run.
        program = code[part][: len(code[part]) // 2]
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=unzipped, capture_output=True, text=True, timeout=240
        )
        assert done.returncode == 0, done.stderr
        assert expected in done.stdout


def test_the_shell_says_how_to_get_it(made):
    bench, released = made
    stored = data_product.from_submodel(bench.shelf.read("moulding", "DataProduct"))
    assert stored.release == "moulding-r1"
    assert stored.api == "http://127.0.0.1:8080/products/moulding/releases/moulding-r1/records"
    archive, shots, values, sample, guide, api = stored.distributions
    assert (archive.url.rsplit("/", 1)[1], archive.sha256) == ("archive", released.sha256)
    assert (shots.rows, values.rows) == (40_000, 50)
    assert shots.sha256 == hashlib.sha256((released.folder / "data/shots.parquet").read_bytes()).hexdigest()
    assert sample.url == "/aasx/files/sample.csv" and sample.rows <= 100
    assert guide.url == "/aasx/files/guide-book.html"
    assert api.size is None and api.url == stored.api


def test_sample_and_guide_book_travel_in_the_package(made, tmp_path):
    bench, released = made
    bench.shelf.export("moulding", tmp_path / "moulding.aasx")
    with zipfile.ZipFile(tmp_path / "moulding.aasx") as package:
        for name in ("sample.csv", "guide-book.html"):
            assert package.read(f"aasx/files/{name}") == (released.folder / name).read_bytes()


def record_of(benches, bench, released) -> ReleaseRecord:
    return ReleaseRecord(
        id=released.id,
        product="moulding",
        inputs="",
        collected=benches.collected(),
        prepared=bench.prepared,
        trained=bench.trained,
        used=benches.used(),
        released=released,
    )


def test_a_finished_release_never_changes(bench, benches):
    released = bench.package()
    put_release(bench.store, record_of(benches, bench, released))
    bench.clock.at = bench.clock.at.replace(year=2027)
    again = bench.package()
    assert again.reused and again.sha256 == released.sha256
    assert again.product.issued == released.product.issued

    bench.recipe = benches.recipe(title={"ko": "다른 이름", "en": "another name"})
    with pytest.raises(Conflict) as refused:
        bench.package()
    assert refused.value.key == "release-immutable"
    assert hashlib.sha256(released.archive.read_bytes()).hexdigest() == released.sha256


def test_an_interrupted_build_leaves_nothing(bench):
    bench.trained.onnx.unlink()
    with pytest.raises(FileNotFoundError):
        bench.package()
    assert list((bench.folder / "products/moulding/releases").iterdir()) == []


def test_a_number_is_never_given_twice(bench, benches):
    """The process was killed after it kept the release, and before it noted its number."""
    Steps(bench.work)
    put_release(bench.store, record_of(benches, bench, bench.package(1)))
    put_release(bench.store, record_of(benches, bench, bench.package(2)))
    assert Steps(bench.work).product.releases == 2
    assert product(bench.store.catalogue, "moulding").releases == 2
