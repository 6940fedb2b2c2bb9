"""The files of the hand-in bundle."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from aas_server.product.record import ReleaseRecord

FOLDER = "/pages/products/moulding-cell/bundle"


def test_hands_out_the_folders_files(client: TestClient, finished) -> None:
    report = client.get(f"{FOLDER}/quality-report.html")
    assert "품질 보고서" in report.text
    assert "sandbox" in report.headers["content-security-policy"]
    sheet = client.get(f"{FOLDER}/cost-sheet.csv")
    assert sheet.text.startswith("항목")
    assert "attachment" in sheet.headers["content-disposition"]


@pytest.mark.parametrize("name", ["nothing.csv", "..%2Fmoulding-cell-r1.zip", "%2Fetc%2Fpasswd", ".."])
def test_hands_out_nothing_else(client: TestClient, finished, name: str) -> None:
    answer = client.get(f"{FOLDER}/{name}")
    assert answer.status_code == 404 or "<html" in answer.text
    assert "root:" not in answer.text


def test_follows_no_link(client: TestClient, finished: ReleaseRecord, tmp_path: Path) -> None:
    assert finished.registered is not None
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", "utf-8")
    (finished.registered.bundle / "link.txt").symlink_to(secret)
    assert client.get(f"{FOLDER}/link.txt").status_code == 404
