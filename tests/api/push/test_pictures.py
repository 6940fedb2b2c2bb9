"""Pictures brought by HTTP, and handed out again by their SHA-256."""

from __future__ import annotations

import hashlib
import struct
import uuid
import zlib

import pytest


def png(width: int = 4, height: int = 3, colour: int = 0) -> bytes:
    def part(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + bytes([colour]) * min(width, 100) for _ in range(min(height, 100)))
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")


def bmp() -> bytes:
    size = 54 + 4
    return (
        b"BM"
        + struct.pack("<IHHI", size, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, 1, 1, 1, 24, 0, 4, 0, 0, 0, 0)
        + b"\0" * 4
    )


def jpeg() -> bytes:
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, 2, 5, 1) + b"\x01\x11\x00"
    return b"\xff\xd8\xff\xe0" + struct.pack(">H", 4) + b"\0\0" + frame + b"\xff\xda" + b"\0" * 10 + b"\xff\xd9"


def form(*parts: tuple[str, str | None, bytes]) -> tuple[bytes, str]:
    """``(name, file name, content)`` each, and the type of the body they make."""
    boundary = uuid.uuid4().hex
    body = b""
    for name, file, content in parts:
        named = f'; filename="{file}"' if file else ""
        body += (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode()
            + content
            + b"\r\n"
        )
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


@pytest.mark.parametrize(
    ("content", "type_", "size"),
    [(png(), "image/png", (4, 3)), (bmp(), "image/bmp", (1, 1)), (jpeg(), "image/jpeg", (5, 2))],
    ids=["png", "bmp", "jpeg"],
)
def test_a_picture_is_kept_with_its_label_and_shot(running, content, type_, size):
    about = "?time=2026-03-01T00:00:00Z&label=ng&shot=17&file=%EC%82%AC%EC%A7%84.png"
    answer = running.push(f"line/1/cam{about}", content, Content_Type=type_)
    assert (answer.status, answer.json["records"], answer.json["streams"]) == (202, 1, ["line_1_cam"])
    digest = hashlib.sha256(content).hexdigest()
    columns = "epoch(time), image, media_type, width, height, label, shot, file"
    assert running.rows("line_1_cam", columns) == [(1772323200.0, digest, type_, *size, "ng", "17", "사진.png")]
    served = running.ask("GET", f"/streams/line_1_cam/images/{digest}")
    assert (served.status, served.body) == (200, content)
    assert (served.headers["Content-Type"], served.headers["X-Content-Type-Options"]) == (type_, "nosniff")


def test_several_in_a_form_have_labels_of_their_own(running):
    pictures = [png(colour=number) for number in range(3)]
    parts = [("image", f"{number}.png", picture) for number, picture in enumerate(pictures)]
    parts += [("label", None, label) for label in (b"ok", b"ng", b"ok")] + [("shot", None, b"5")]
    body, type_ = form(*parts)
    answer = running.push("cam", body, Content_Type=type_, Idempotency_Key="f")
    assert (answer.json["records"], answer.json["messages"]) == (3, 3)
    assert running.rows("cam", "file, label, shot") == [
        ("0.png", "ok", "5"),
        ("1.png", "ng", "5"),
        ("2.png", "ok", "5"),
    ]


def test_what_is_no_picture_or_too_large_is_refused(start):
    running = start(max_pixels=1000, max_message=2000)
    whole = png()
    wrong = [
        (b"no picture at all", "image/png", 400, "picture-unknown"),
        (whole[:20], "image/png", 400, "picture-broken"),
        (whole[:-12], "image/png", 400, "picture-not-whole"),
        (whole, "image/jpeg", 400, "picture-other-type"),
        (png(100_000, 100_000), "image/png", 413, "picture-pixels"),
        (whole + b"\0" * 3000, "image/png", 413, "body-large"),
        (b"<svg/>", "image/svg+xml", 415, "push-type-unknown"),
    ]
    for language in ("ko", "en"):
        for content, type_, status, key in wrong:
            answer = running.push("cam", content, Content_Type=type_, Accept_Language=language)
            assert (answer.status, answer.json["error"]) == (status, key)
            assert any("가" <= sign <= "힣" for sign in answer.json["message"]) == (language == "ko")
    assert running.messages == 0


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        ([("label", None, b"ok")], "push-no-pictures"),
        ([("image", "a.png", png()), ("label", None, b"a"), ("label", None, b"b")], "push-fields-many"),
        ([("image", "a.png", png()), ("image", "b.png", b"<html>")], "picture-unknown"),
    ],
)
def test_a_wrong_form_is_refused_whole(running, parts, key):
    body, type_ = form(*parts)
    answer = running.push("cam", body, Content_Type=type_)
    assert (answer.status, answer.json["error"]) == (400, key)
    assert running.push("cam", body[:-30], Content_Type=type_).json["error"] == "form-unreadable"
    assert running.push("cam", body, Content_Type="multipart/form-data").json["error"] == "form-unreadable"
    assert running.messages == 0


def test_a_picture_is_handed_out_by_its_own_stream_only(running):
    content = png()
    digest = hashlib.sha256(content).hexdigest()
    running.push("cam", content, Content_Type="image/png")
    running.push("other", {"a": 1, "image": digest, "media_type": "text/html"})
    running.rows("cam")
    other = hashlib.sha256(b"x").hexdigest()
    for path in (f"other/images/{digest}", f"cam/images/{other}", f"none/images/{digest}"):
        assert running.ask("GET", f"/streams/{path}").status == 404
    assert running.ask("GET", "/streams/cam/images/..%2f..%2ftwin.db").status in (400, 404)
