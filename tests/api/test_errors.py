from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from aas_server.api.errors import install_results

BASE = "/api/v3.1"


def is_result(answer: Any, status: int) -> dict[str, str]:
    """Asserts that an error is exactly an AAS ``Result`` and returns its message."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert set(body) == {"messages"} and len(body["messages"]) == 1
    message = body["messages"][0]
    assert message["code"] == str(status) and message["messageType"] in ("Error", "Exception") and message["text"]
    return dict(message)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing/here", 404),
        ("GET", "/shells/dXJuOm5vbmU", 404),
        ("PATCH", "/shells", 405),
        ("PATCH", "/description", 405),
        ("GET", "/shells?limit=0", 400),
        ("GET", "/shells?limit=-1", 400),
        ("GET", "/shells?limit=undefined", 400),
        ("GET", "/shells?limit=", 400),
        ("GET", "/shells?cursor=rubbish", 400),
        ("GET", "/shells?assetIds=%21", 400),
        ("GET", "/shells?assetIds=e30", 400),
        ("GET", "/submodels?level=flat", 400),
        ("GET", "/submodels?extent=all", 400),
        ("GET", "/submodels?semanticId=%C3%28", 400),
        ("GET", "/submodels?semanticId=e30", 400),
        ("GET", "/submodels/not-base64!", 400),
        ("GET", "/submodels/wyg", 400),
        ("GET", "/submodels/dXJuOnNtOjE/submodel-elements/A..B", 400),
        ("GET", "/submodels/dXJuOnNtOjE/submodel-elements/None", 404),
        ("GET", "/submodels/dXJuOnNtOjE/submodel-elements/Speed/$path", 400),
        ("GET", "/concept-descriptions?dataSpecificationRef=e30", 400),
        ("GET", "/serialization?includeConceptDescriptions=perhaps", 400),
        ("GET", "/packages/dXJuOm5vbmU", 404),
        ("POST", "/upload", 400),
        ("POST", "/packages", 400),
    ],
)
def test_every_error_is_a_result(method: str, path: str, status: int, shown: TestClient) -> None:
    is_result(shown.request(method, f"{BASE}{path}"), status)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/shells", "GET, HEAD, POST"),
        ("POST", "/description", "GET, HEAD"),
        ("POST", "/submodels/dXJuOnNtOjE", "DELETE, GET, HEAD, PATCH, PUT"),
        ("GET", "/upload", "POST"),
    ],
)
def test_a_wrong_method_says_which_ones_are_allowed(
    method: str, path: str, allowed: str, shown: TestClient
) -> None:
    answer = shown.request(method, f"{BASE}{path}")
    is_result(answer, 405)
    assert answer.headers["allow"] == allowed


def test_errors_speak_the_readers_language(shown: TestClient) -> None:
    path = f"{BASE}/shells/dXJuOm5vbmU"
    korean = is_result(shown.get(path, headers={"Accept-Language": "ko-KR,ko;q=0.9"}), 404)
    assert "없습니다" in korean["text"]
    assert "There is no" in is_result(shown.get(path), 404)["text"]


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("GET", "/shells?limit=0", "limit의 값 0이(가) 너무 작습니다. 1 이상으로 고치세요."),
        ("GET", "/shells?limit=many", "limit의 값 'many'은(는) 정수가 아닙니다. 정수로 고치세요."),
        (
            "GET",
            "/submodels?level=flat",
            "level의 값 'flat'을(를) 모릅니다. 다음 가운데 하나로 고치세요: deep, core.",
        ),
        ("POST", "/upload", "file이(가) 빠졌습니다. 넣어서 다시 요청하세요. 설명은 /api/v3.1/docs에 있습니다."),
        (
            *("GET", "/serialization?includeConceptDescriptions=perhaps"),
            "includeConceptDescriptions의 값 'perhaps'은(는) true도 false도 아닙니다. 둘 가운데 하나로 고치세요.",
        ),
    ],
)
def test_a_wrong_parameter_is_named_without_a_word_of_the_framework(
    method: str, path: str, said: str, shown: TestClient
) -> None:
    answer = shown.request(method, f"{BASE}{path}", headers={"Accept-Language": "ko"})
    assert is_result(answer, 400)["text"] == said


def test_a_body_that_cannot_be_taken_apart_is_refused_in_the_readers_language(shown: TestClient) -> None:
    headers = {"Content-Type": "multipart/form-data", "Accept-Language": "ko"}
    answer = shown.post(f"{BASE}/upload", content=b"x", headers=headers)
    assert is_result(answer, 400)["text"].startswith("보낸 폼을 읽을 수 없습니다")


def test_an_error_of_ours_says_nothing_of_the_inside() -> None:
    app = FastAPI()
    install_results(app)

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("secret")

    answer = TestClient(app, raise_server_exceptions=False).get("/broken")
    assert "secret" not in is_result(answer, 500)["text"]


def test_an_error_bears_the_cors_headers_too(shown: TestClient, at: Callable[..., str]) -> None:
    answer = shown.get(at("shells", "urn:none"), headers={"Origin": "http://localhost:3000"})
    is_result(answer, 404)
    assert answer.headers["access-control-allow-origin"] == "http://localhost:3000"


def test_a_body_larger_than_the_setting_is_refused(api: TestClient) -> None:
    large = b"x" * (2**20 + 1)
    known = is_result(api.post(f"{BASE}/upload", files={"file": ("x.json", large)}), 413)
    assert "max_upload" in known["text"]

    def pieces() -> Any:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        for _ in range(20):
            yield b"x" * 2**16
        yield b"\r\n--b--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    is_result(api.post(f"{BASE}/upload", content=pieces(), headers=headers), 413)


@pytest.mark.parametrize("path", ["/api/", "/api/v4/shells", "/api/tags"])
def test_no_page_answers_below_api(path: str, shown: TestClient) -> None:
    is_result(shown.get(path, headers={"Accept": "*/*"}), 404)
