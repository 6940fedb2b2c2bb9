from __future__ import annotations

import base64
import socket
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

At = Callable[..., str]
FILE = {"modelType": "File", "contentType": "text/plain"}
LIST = {"modelType": "SubmodelElementList", "idShort": "Files", "typeValueListElement": "File"}


@pytest.fixture
def elements(filled: TestClient, at: At) -> tuple[TestClient, str]:
    return filled, at("submodels", "urn:sm:1", "/submodel-elements")


def attached(client: TestClient, at: At) -> dict[str, bytes]:
    """Every attachment that a reader finds, by path."""
    paths = client.get(at("submodels", "urn:sm:1", "/$path")).json()
    answers = {
        path: client.get(at("submodels", "urn:sm:1", f"/submodel-elements/{path}/attachment")) for path in paths
    }
    return {path: answer.content for path, answer in answers.items() if answer.status_code == 200}


def test_a_file_is_attached_read_and_taken_away(
    elements: tuple[TestClient, str], changes: Callable[[], int]
) -> None:
    client, base = elements
    there = f"{base}/Manual/attachment"
    name = "사용 설명서.pdf"
    put = client.put(
        there, files={"file": ("x.bin", b"%PDF", "application/octet-stream")}, data={"fileName": name}
    )
    assert (put.status_code, put.content) == (204, b"")
    element = client.get(f"{base}/Manual")
    assert element.headers["etag"] == put.headers["etag"]
    assert element.json()["contentType"] == "application/pdf"
    got = client.get(there)
    assert (got.content, got.headers["content-type"]) == (b"%PDF", "application/pdf")
    assert "%EC%82%AC" in got.headers["content-disposition"]

    before = changes()
    same = client.put(there, files={"file": (name, b"%PDF")})
    assert (same.status_code, same.headers["etag"], changes()) == (204, put.headers["etag"], before)

    assert client.delete(there).status_code == 200
    assert "value" not in client.get(f"{base}/Manual").json()
    gone = client.get(there)
    assert gone.status_code == client.delete(there).status_code == 404 and list(gone.json()) == ["messages"]


def test_the_name_may_come_in_any_way(elements: tuple[TestClient, str]) -> None:
    client, base = elements
    there = f"{base}/Manual/attachment"
    for query, form, expected in (
        ("", {"fileName": "a.txt"}, "a.txt"),
        ("?fileName=b.txt", {}, "b.txt"),
        ("?filename=c.txt", {}, "c.txt"),
        ("", {}, "sent.txt"),
        ("", {"fileName": "../../etc/passwd"}, "passwd"),
    ):
        put = client.put(f"{there}{query}", files={"file": ("sent.txt", b"x", "text/html")}, data=form)
        assert put.status_code == 204
        value = client.get(f"{base}/Manual/$value").json()
        assert value["contentType"] == "text/html" and value["value"].startswith("/aasx/files/")
        assert value["value"].endswith(f"/{expected}")
        assert client.get(there).headers["content-disposition"] == f'attachment; filename="{expected}"'


def test_a_form_without_its_boundary_is_told_what_it_lacks(elements: tuple[TestClient, str]) -> None:
    client, base = elements
    headers = {"Content-Type": "multipart/form-data"}
    answer = client.put(f"{base}/Manual/attachment", content=b"--x\r\n", headers=headers)
    assert answer.status_code == 400 and "with its boundary" in answer.json()["messages"][0]["text"]


def test_two_who_attach_do_not_overwrite_each_other(elements: tuple[TestClient, str]) -> None:
    client, base = elements
    there = f"{base}/Manual/attachment"
    read = client.put(there, files={"file": ("same.txt", b"first")}).headers["etag"]
    assert client.put(there, files={"file": ("same.txt", b"mine")}, headers={"If-Match": read}).status_code == 204
    assert client.put(there, files={"file": ("same.txt", b"yours")}, headers={"If-Match": read}).status_code == 412
    assert client.get(there).content == b"mine"


@pytest.mark.parametrize("path", ["Manual", "Picture"])
def test_what_a_reader_of_the_bytes_saw_guards_them(path: str, elements: tuple[TestClient, str]) -> None:
    client, base = elements
    kind = {"modelType": "Blob", "contentType": "text/plain"} if path == "Picture" else FILE
    client.put(f"{base}/{path}", json=kind | {"idShort": path})
    there = f"{base}/{path}/attachment"
    kept = client.put(there, files={"file": ("a.txt", b"1")})
    seen = client.get(there).headers["etag"]
    assert seen == kept.headers["etag"] == client.head(there).headers["etag"]
    assert client.get(there, headers={"If-None-Match": seen}).status_code == 304
    assert client.put(there, files={"file": ("a.txt", b"2")}, headers={"If-Match": seen}).status_code == 204
    assert client.put(there, files={"file": ("a.txt", b"3")}, headers={"If-Match": seen}).status_code == 412
    newer = client.get(there, headers={"If-None-Match": seen})
    assert (newer.status_code, newer.content) == (200, b"2")


def test_a_blob_takes_the_bytes_as_its_value(elements: tuple[TestClient, str]) -> None:
    client, base = elements
    there = f"{base}/Logo/attachment"
    assert client.put(there, files={"file": ("logo.png", b"\x89PNG", "image/png")}).status_code == 204
    blob = client.get(f"{base}/Logo", params={"extent": "withBlobValue"}).json()
    assert (blob["value"], blob["contentType"]) == (base64.b64encode(b"\x89PNG").decode(), "image/png")
    assert client.get(there).content == b"\x89PNG"
    assert client.delete(there).status_code == 200
    assert client.get(there).status_code == client.delete(there).status_code == 404


def test_only_files_and_blobs_have_attachments(elements: tuple[TestClient, str]) -> None:
    client, base = elements
    file = {"file": ("a.txt", b"x")}
    assert client.put(f"{base}/Speed/attachment", files=file).status_code == 405
    assert client.put(f"{base}/Nobody/attachment", files=file).status_code == 404
    assert client.delete(f"{base}/Speed/attachment").status_code == 405


def test_bad_forms_are_refused(elements: tuple[TestClient, str], changes: Callable[[], int]) -> None:
    client, base = elements
    there, before = f"{base}/Manual/attachment", changes()
    form = {"Content-Type": "multipart/form-data; boundary=b"}
    whole = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc\r\n--b--\r\n'
    for body, headers in (
        (b"abc", {"Content-Type": "text/plain"}),
        (b"{}", {"Content-Type": "application/json"}),
        (b"", form),
        (whole.replace(b'"file"', b'"other"'), form),
        (whole.replace(b"; filename", b"; other"), form),
        (whole, {"Content-Type": "multipart/form-data"}),
        (whole, form | {"If-Match": "not quoted"}),
    ):
        answer = client.put(there, content=body, headers=headers)
        assert answer.status_code == 400 and list(answer.json()) == ["messages"], (body, answer.text)
    large = client.put(there, files={"file": ("a", b"x" * (2**20 + 1))})
    assert large.status_code == 413
    refused = client.put(there, files={"file": ("a", b"x", "no type")})
    assert refused.status_code == 400
    wrong = client.put(there, files={"file": ("a", b"x")}, headers={"If-Match": '"other"'})
    assert wrong.status_code == 412
    assert changes() == before and client.get(there).content == b"<script>alert(1)</script>"


def test_attachments_follow_their_element_in_a_list(elements: tuple[TestClient, str], at: At) -> None:
    client, base = elements
    client.post(base, json=LIST | {"value": [FILE, FILE, FILE]})
    for index in range(3):
        put = client.put(f"{base}/Files%5B{index}%5D/attachment", files={"file": ("same.txt", b"%d" % index)})
        assert put.status_code == 204
    client.delete(f"{base}/Manual/attachment")
    client.delete(f"{base}/Logo")
    assert client.delete(f"{base}/Files[0]").status_code == 204
    assert attached(client, at) == {"Files[0]": b"1", "Files[1]": b"2"}
    assert client.post(f"{base}/Files", json=FILE).status_code == 201
    assert attached(client, at) == {"Files[0]": b"1", "Files[1]": b"2"}
    assert client.put(f"{base}/Files[0]", json=FILE | {"value": "/other.txt"}).status_code == 204
    assert attached(client, at) == {"Files[1]": b"2"}
    assert client.delete(f"{base}/Files").status_code == 204
    assert client.post(base, json=LIST | {"value": [FILE, FILE]}).status_code == 201
    assert attached(client, at) == {}


def test_a_submodel_put_anew_keeps_the_files_it_keeps(elements: tuple[TestClient, str], at: At) -> None:
    client, base = elements
    there = at("submodels", "urn:sm:1")
    whole: dict[str, Any] = client.get(there, params={"extent": "withBlobValue"}).json()
    kept = attached(client, at)
    assert client.put(there, json=whole | {"category": "PARAMETER"}).status_code == 204
    assert client.patch(
        there, json={"submodelElements": [{"idShort": "Manual", "category": "VARIABLE"}]}
    ).is_success
    assert client.patch(f"{base}/Manual/$value", json={"contentType": "text/plain"}).status_code == 204
    assert attached(client, at) == kept and "Manual" in kept
    assert client.patch(f"{base}/Manual/$value", json={"value": "https://a.example/b.html"}).status_code == 204
    assert "Manual" not in attached(client, at)

    client.put(f"{base}/Manual/attachment", files={"file": ("a.txt", b"x")})
    client.delete(there)
    client.put(there, json=whole)
    assert "Manual" not in attached(client, at)


def test_a_form_that_is_cut_off_stores_nothing(
    live: str, elements: tuple[TestClient, str], changes: Callable[[], int]
) -> None:
    client, base = elements
    host, port = live.removeprefix("http://").split(":")
    whole = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc'
    before = changes()
    for path, body in ((f"{base}/Manual/attachment", whole), (f"{base}/Speed", b'{"modelType":"Property"')):
        head = f"PUT {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 1000\r\n"
        form = "Content-Type: multipart/form-data; boundary=b\r\n" if "attachment" in path else ""
        with socket.create_connection((host, int(port)), timeout=60) as sent:
            sent.sendall(f"{head}{form}\r\n".encode() + body)
            sent.shutdown(socket.SHUT_WR)
            assert b" 204 " not in sent.recv(1000) and b" 500 " not in sent.recv(1000)
    assert client.get(f"{base}/Manual/attachment").content == b"<script>alert(1)</script>"
    assert changes() == before
