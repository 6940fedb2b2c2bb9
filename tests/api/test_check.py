from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

BASE = "/api/v3.1"
WRONG = (
    b'{"submodels":[{"modelType":"Submodel","id":"urn:x","submodelElements":'
    b'[{"modelType":"Property","idShort":"Speed","valueType":"xs:int","value":"fast"}]}]}'
)


def judged(api: TestClient, body: bytes, language: str = "en") -> Any:
    headers = {"Accept-Language": language}
    answer = api.post(f"{BASE}/check", files={"file": ("x.json", body)}, headers=headers)
    assert answer.status_code == 200
    return answer.json()


def test_both_checkers_name_what_is_wrong_and_nothing_is_kept(api: TestClient) -> None:
    found = judged(api, WRONG)
    assert found["file"] == "x.json" and found["submodels"] == 1
    errors = {one["checker"]: one for one in found["findings"] if one["severity"] == "error"}
    assert errors.keys() == {"aas-core", "basyx"}
    assert errors["aas-core"]["document"] == "urn:x" and errors["aas-core"]["path"] == "submodelElements[0]"
    assert api.get(f"{BASE}/submodels").json()["result"] == []


def test_a_good_file_has_no_findings(api: TestClient) -> None:
    assert judged(api, WRONG.replace(b"fast", b"7"))["findings"] == []


def test_what_cannot_be_read_is_a_finding_in_the_readers_language(api: TestClient) -> None:
    (english,), (korean,) = (judged(api, b"nothing", one)["findings"] for one in ("en", "ko"))
    assert english["text"].startswith("Neither AASX") and "AASX" in korean["text"]
    assert english["text"] != korean["text"]
