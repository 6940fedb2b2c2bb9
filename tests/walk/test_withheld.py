"""What the recipe keeps back stands nowhere in what is handed out: every file of release and hand-in is opened,
packages and workbooks part by part, the PDFs as the text that a reader sees."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pypdf
import pytest

pytestmark = pytest.mark.long
PRODUCT = "mixer"
DROPPED, NORMALISED, PERSON = "alloy_share", "dose_weight", "작업자"
WORKERS = ("김철수", "이영희")
PACKED = (".zip", ".aasx", ".xlsx", ".docx")
ROWS = 240


def mixtures() -> pd.DataFrame:
    draw = np.random.default_rng(7)
    alloy, pressure = draw.normal(0.314159, 0.01, ROWS).round(7), draw.normal(95, 6, ROWS).round(1)
    return pd.DataFrame(
        {
            "time": pd.date_range("2026-03-02 08:00", periods=ROWS, freq="30s").strftime("%Y-%m-%dT%H:%M:%S"),
            DROPPED: alloy,
            NORMALISED: draw.normal(73_918_271, 77, ROWS).round(3),
            "pressure": pressure,
            PERSON: draw.choice(WORKERS, ROWS),
            "판정": np.where((pressure > 100) ^ (draw.random(ROWS) < 0.03), "NG", "OK"),
        }
    )


def texts(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    """Each text within a file, with where it stands."""
    yield name, Path(name).name
    if name.endswith(PACKED):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            for part in parts.namelist():
                yield from texts(f"{name}!{part}", parts.read(part))
    elif name.endswith(".pdf"):
        book = pypdf.PdfReader(io.BytesIO(content))
        yield name, str(book.metadata) + "\n".join(page.extract_text() for page in book.pages)
    elif name.endswith(".parquet"):
        yield name, pd.read_parquet(io.BytesIO(content)).to_csv()
        yield name, content.decode("latin-1")
    else:
        yield name, content.decode("utf-8", "replace")


@pytest.fixture(scope="module")
def handed_out(aas, tmp_path_factory) -> list[tuple[str, str]]:
    """All texts of a release and its hand-in."""
    base = tmp_path_factory.mktemp("withheld")
    folder, table = base / "data", base / "mixtures.csv"
    mixtures().to_csv(table, index=False)
    secrets = (f"cleaning.secrets.{DROPPED}=drop", f"cleaning.secrets.{NORMALISED}=normalise")
    said = [text for entry in (*secrets, f'cleaning.persons=["{PERSON}"]') for text in ("--set", entry)]
    for words in (
        ("ingest", table, "--topic", "line/1/mixer", "--time", "time"),
        ("product", "new", PRODUCT, "--stream", "line/1/mixer", "--label", "판정"),
        ("product", "recipe", PRODUCT, *said),
        ("product", "build", PRODUCT),
    ):
        ended = aas(*words, "--data", folder)
        assert ended.code == 0, ended.err
    product = folder / "products" / PRODUCT
    roots = (product / "releases" / f"{PRODUCT}-r1", product / "hand-in" / f"{PRODUCT}-r1")
    files = [file for root in roots for file in sorted(root.rglob("*")) if file.is_file()]
    assert {file.suffix for file in files} >= {".pdf", ".docx", ".xlsx", ".svg", ".html", ".json", ".zip", ".aasx"}
    return [told for file in files for told in texts(str(file), file.read_bytes())]


def test_a_dropped_column_and_people_are_named_nowhere(handed_out):
    spelled = re.compile("|".join((DROPPED.replace("_", "[ _]?"), *WORKERS)), re.IGNORECASE)
    assert [(place, found[0]) for place, text in handed_out if (found := spelled.search(text))] == []


@pytest.mark.parametrize("column", [DROPPED, NORMALISED])
def test_no_value_of_a_column_that_is_kept_back_is_shown(handed_out, column):
    secret = {str(value) for value in mixtures()[column]}
    # A number within another is chance.
    numbers = re.compile(r"(?<![\d.])\d+\.\d+(?!\d)")
    whole = {str(int(value)) for value in mixtures()[column] if value > 1000}
    for place, text in handed_out:
        plain = text.replace(",", "") if not place.endswith((".csv", ".json", ".parquet")) else text
        assert not secret & set(numbers.findall(text)), place
        assert not whole & set(re.findall(r"(?<![\d.])\d{8}(?=[.\D])", plain)), place


def test_the_pdf_is_read_as_a_reader_sees_it(handed_out):
    pages = {Path(place).name: text for place, text in handed_out if place.endswith(".pdf") and "\n" in text}
    assert "자가 점검" in pages["quality-report.pdf"] and "self-check" in pages["quality-report-en.pdf"]
    assert all("pressure" in text for text in pages.values())
