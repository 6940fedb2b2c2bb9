"""Bad input at every operation that writes: refused with a ``Result`` in both languages, and nothing is stored."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from aas_server import ids
from aas_server.api.operations import Operation, operations
from aas_server.settings import Settings

MOST_BODY = 2**17
MOST_DEPTH = 40
HANGUL = re.compile("[가-힣]")
IDS = {
    "aasIdentifier": "urn:aas:1",
    "submodelIdentifier": "urn:sm:1",
    "cdIdentifier": "urn:cd:1",
    "packageId": "p",
}
BAD_IDS = ("!!!", "wyg", ids.encode("urn:\0:1"), ids.encode("x" * 3000), "7aCA", "%00", "A")
"""No base64, no UTF-8 (twice: cut off, and half a surrogate pair), a NUL character, over-long, NUL, one letter."""
BAD_PATHS = ("A..B", "A[", "A[9", "A[-1]", f"A[{'9' * 40}]", "[0]", "%00", "x" * 3000, ".A", "Speed%EF%BF%BF[x]")
WRITES = [
    one
    for (method, _), one in sorted(operations().items())
    if method in ("POST", "PUT", "PATCH", "DELETE") and one.since in ("3.0", "3.1")
]
WITH_BODY = [one for one in WRITES if one.method != "DELETE"]
SAMPLE = [one for one in WITH_BODY if one.path in ("/shells", "/submodels/{submodelIdentifier}", "/packages")]
OF_FORM = re.compile(r"/(attachment|thumbnail|packages|packages/\{packageId\})$")
OF_LIST = re.compile(r"^/bulk/|^/lookup/shells")
ANY_VALUE = re.compile(r"\{idShortPath\}/\$value$|^/query/|/invoke")
"""Whose body may be of more than one JSON type, or empty."""

ENDPOINT = {
    "interface": "AAS-3.0",
    "protocolInformation": {"href": "https://example.org", "endpointProtocol": "HTTPS"},
}
REFERENCE = {"type": "ModelReference", "keys": [{"type": "Submodel", "value": "urn:sm:2"}]}
PROPERTY = {"modelType": "Property", "idShort": "Speed", "valueType": "xs:double", "value": "2.5"}
INFORMATION = {"assetKind": "Instance", "globalAssetId": "urn:asset:1"}

Wrong = Mapping[str, Any]
"""What is put into a right document, by the attribute that the refusal names."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    limits = {"max_upload": MOST_BODY, "max_json_depth": MOST_DEPTH}
    return Settings(data=tmp_path / "data", single_submodel="urn:sm:1", single_shell="urn:aas:1", **limits)


@pytest.fixture
def documents(documents: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    """With an Operation beside the others."""
    next(one for _, one in documents if one["id"] == "urn:sm:1")["submodelElements"].append(
        {"modelType": "Operation", "idShort": "Act"}
    )
    return documents


def address(operation: Operation, **other: str) -> str:
    path = operation.path
    element = "Act" if "/invoke" in path else "Manual" if "/attachment" in path else "Speed"
    element = "Axes" if operation.method == "POST" and path.endswith("{idShortPath}") else element
    encoded = {name: ids.encode(id) for name, id in IDS.items()} | {"idShortPath": element} | other
    return re.sub(r"\{(\w+)\}", lambda found: encoded[found[1]], path)


def right(operation: Operation) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """A document that the operation takes, and what makes it wrong; ``None`` where its body is none."""
    path = operation.path
    common = {"idShort": 5, "displayName": "x", "description": [{"language": 5, "text": "x"}], "extensions": {}}
    if re.search(r"submodel-elements(/\{idShortPath\})?(/\$metadata)?$", path):
        more = {
            "valueType": "xs:nonsense",
            "semanticId": "urn:x",
            "qualifiers": [{"type": 7, "valueType": "xs:int"}],
        }
        # What is added has a name of its own: that the name is taken would be said first.
        element = PROPERTY | {"idShort": "Fresh"} if operation.method == "POST" else PROPERTY
        bare = {name: value for name, value in PROPERTY.items() if name != "value"}
        return bare if path.endswith("$metadata") else element, common | more
    if path.endswith("submodel-refs"):
        return REFERENCE, {"type": "Nonsense", "keys": [{"type": "Nonsense", "value": "x"}]}
    if path.endswith("asset-information"):
        return INFORMATION, {"assetKind": "Nonsense", "globalAssetId": 5, "specificAssetIds": "x"}
    if "-descriptors" in path and not path.startswith(("/query", "/bulk")):
        id = "urn:new" if operation.method == "POST" else "urn:sm:1" if "/submodel-desc" in path else "urn:aas:1"
        return {"id": id, "endpoints": [ENDPOINT]}, {"idShort": 5, "endpoints": "x", "administration": 7}
    kind = re.search(r"(shells|^/aas|concept-descriptions|submodels?)(/\{\w+\})?(/\$metadata)?$", path)
    if kind is None or path.startswith(("/query", "/lookup")):
        return None
    if kind[1] in ("shells", "/aas"):
        shell = {"modelType": "AssetAdministrationShell", "id": "urn:aas:1", "assetInformation": INFORMATION}
        return shell, common | {"assetInformation": {"assetKind": "Nonsense"}, "submodels": "x"}
    if kind[1] == "concept-descriptions":
        return {"modelType": "ConceptDescription", "id": "urn:cd:1"}, common | {"isCaseOf": "x"}
    return {"modelType": "Submodel", "id": "urn:sm:1"}, common | {"kind": "Nonsense", "semanticId": "x"}


def wrong_bodies(operation: Operation) -> Iterator[tuple[bytes, str]]:
    """Bodies that can't be taken, each with what the refusal has to name."""
    yield from ((b"", ""), (b"\x00\xff\xfe{{", ""), (b"{'a': 1}", ""), (b'{"a": 1', ""), (b'{"a": "\xc3"}', ""))
    yield b'{"a":' * (MOST_DEPTH + 5) + b"1" + b"}" * (MOST_DEPTH + 5), "max_json_depth"
    yield b"[" * (MOST_DEPTH + 5) + b"]" * (MOST_DEPTH + 5), "max_json_depth"
    if not ANY_VALUE.search(operation.path):
        yield from ((body, "") for body in (b"5", b'"x"', b"null", b"true"))
        if not operation.path.startswith("/bulk/"):
            # What is wrong in one of many is told at the handle, in which a bulk operation ends.
            yield from ((body, "") for body in (b"[5]", b"[null]", b'["x"]', b"[[]]"))
        if not OF_LIST.search(operation.path):
            yield b"[]", ""
    known = right(operation)
    if known is not None:
        for name, value in known[1].items():
            yield json.dumps(known[0] | {name: value}).encode(), name
        for text in (r"\u0000", r"\ud800", r"a\udfffb", "x" * 3000):
            name = "idShort" if "idShort" in known[1] else next(iter(known[1]))
            yield json.dumps(known[0] | {name: "@"}).replace("@", text).encode(), ""


def refused(answer: Any, status: int | None = None, names: str = "") -> None:
    """Both languages of one refusal are asked for by ``asked``."""
    told = f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:300]}"
    assert 400 <= answer.status_code < 500 and status in (None, answer.status_code), told
    assert answer.headers["content-type"] == "application/json" and list(answer.json()) == ["messages"], told
    for message in answer.json()["messages"]:
        assert set(message) == {"code", "messageType", "text", "timestamp"}, told
        assert message["code"] == str(answer.status_code) and message["messageType"] == "Error", told
        assert len(message["text"]) > 15 and names in message["text"], (names, told)


Ask = Callable[..., None]


@pytest.fixture
def ask(request: pytest.FixtureRequest, filled: TestClient) -> Iterator[Ask]:
    """Sends a request in both languages and asserts its refusal in each."""

    base = getattr(request, "param", "/api/v3.1")
    # One loop for all requests: a new one for each takes most of the time.
    with filled as client:

        def asked(method: str, path: str, status: int | None = None, names: str = "", **sent: Any) -> None:
            headers = sent.pop("headers", {"Content-Type": "application/json"})
            texts = []
            for language in ("ko", "en"):
                answer = client.request(
                    method, f"{base}{path}", headers=headers | {"Accept-Language": language}, **sent
                )
                refused(answer, status, names)
                texts.append(answer.json()["messages"][0]["text"])
            assert HANGUL.search(texts[0]) and not HANGUL.search(texts[1]), texts

        yield asked


@pytest.fixture
def state(settings: Settings, changes: Callable[[], int]) -> Callable[[], tuple[int, list[Path]]]:
    """What is stored: the end of the log of changes, and every file."""
    return lambda: (changes(), sorted(one for one in (settings.data / "files").rglob("*") if one.is_file()))


def each(chosen: Sequence[Operation]) -> list[Any]:
    """Cases by name; those that reach a submodel by another way, over the same code, are for the long run."""
    return [
        pytest.param(
            one,
            id=f"{one.method} {one.path}",
            marks=[pytest.mark.long] if re.match(r"/aas/sub|/shells/.*/submodels/|/submodel/", one.path) else [],
        )
        for one in chosen
    ]


@pytest.mark.parametrize("operation", each(WRITES))
def test_bad_ids(operation: Operation, ask: Ask, state: Callable[[], Any]) -> None:
    before = state()
    body: Any = {} if operation.method == "DELETE" else {"json": (right(operation) or ({},))[0]}
    for name in re.findall(r"\{(\w+)\}", operation.path):
        for bad in BAD_PATHS if name == "idShortPath" else BAD_IDS:
            ask(operation.method, address(operation, **{name: bad}), **body)
    assert state() == before


@pytest.mark.parametrize("operation", each(WITH_BODY))
def test_bad_bodies(operation: Operation, ask: Ask, state: Callable[[], Any]) -> None:
    before = state()
    where, method = address(operation), operation.method
    ask(method, where, 413, "max_upload", content=b" " * (MOST_BODY + 1))
    if OF_FORM.search(operation.path):
        form = {"Content-Type": "multipart/form-data; boundary=b"}
        ask(method, where, content=b"")
        ask(method, where, content=b'{"file": "x"}')
        ask(method, where, headers=form, content=b"rubbish")
        ask(method, where, headers=form, content=b'--b\r\nContent-Disposition: form-data; name="file"')
        ask(method, where, headers={"Content-Type": "multipart/form-data"}, content=b"x")
        ask(method, where, headers={}, files={"other": ("x", b"x")})
        ask(method, where, headers={}, data={"file": "no file"})
    else:
        for body, names in wrong_bodies(operation):
            ask(method, where, names=names, content=body)
        for other in ("application/xml", "multipart/form-data; boundary=b", "image/png"):
            ask(method, where, 415, headers={"Content-Type": other}, content=b"<a/>")
    assert state() == before


@pytest.mark.parametrize("ask", ["/api/v3.0"], indirect=True)
@pytest.mark.parametrize("operation", SAMPLE, ids=lambda one: f"{one.method} {one.path}")
def test_bad_bodies_under_3_0(operation: Operation, ask: Ask, state: Callable[[], Any]) -> None:
    test_bad_bodies(operation, ask, state)


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
@pytest.mark.parametrize("operation", SAMPLE, ids=lambda one: f"{one.method} {one.path}")
def test_bad_input_in_postgres(operation: Operation, ask: Ask, state: Callable[[], Any]) -> None:
    test_bad_ids(operation, ask, state)
    test_bad_bodies(operation, ask, state)


def test_bodies_that_are_cut_off(live: str, filled: TestClient, state: Callable[[], Any]) -> None:
    """More was announced than came: whole JSON documents too, of which nobody knows what was to follow."""
    before = state()
    where = urlsplit(live)
    for operation in WITH_BODY:
        body = json.dumps((right(operation) or ({},))[0]).encode()
        head = f"{operation.method} /api/v3.1{address(operation)} HTTP/1.1\r\nHost: {where.netloc}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body) + 100}\r\nConnection: close\r\n\r\n"
        with socket.create_connection((where.hostname or "", where.port or 0), 60) as connection:
            connection.sendall(head.encode() + body)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(65536)
        assert not answer or answer.startswith(b"HTTP/1.1 4"), (operation, answer)
    assert state() == before
