"""Pictures as payload, and in base64 beside their label."""

from __future__ import annotations

import base64
import hashlib
import struct
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.message import Part, Undecodable, Wide
from connectors.payloads import Reading, picture

Read = Callable[..., list[Part]]
KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "BMP": "image/bmp"}


def png(width: int, height: int) -> bytes:
    """White pixels in grey, as the PNG specification lays them out."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = zlib.compress((b"\0" + b"\xff" * width) * height)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def bmp(width: int, height: int, *, down: bool = False) -> bytes:
    """White pixels of 24 bits; ``down``: the first row is the top one."""
    rows = b"\xff" * ((width * 3 + 3) // 4 * 4 * height)
    info = struct.pack("<IiiHHIIiiII", 40, width, -height if down else height, 1, 24, 0, len(rows), 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(rows), 0, 0, 54) + info + rows


def jpeg(width: int, height: int, *, frame: int = 0xC0, before: bytes = b"") -> bytes:
    """The segments of a JPEG (ITU-T T.81), around data that is none."""

    def segment(marker: int, content: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content

    return b"".join(
        (
            b"\xff\xd8",
            segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
            before,
            segment(0xDB, bytes(65)),
            segment(frame, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0"),
            segment(0xC4, bytes(19)),
            segment(0xDA, b"\1\1\0\0\x3f\0"),
            b"\x7f" * 40 + b"\xff\xd9",
        )
    )


DRAW = {"JPEG": jpeg, "PNG": png, "BMP": bmp}


def drawn(kind: str, size: tuple[int, int] = (64, 48)) -> bytes:
    return DRAW[kind](*size)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(1, 1), (64, 48), (1920, 1080)])
def test_size_and_kind_are_read_from_the_header(kind: str, size: tuple[int, int]) -> None:
    content = drawn(kind, size)
    seen = picture.look(content)
    assert (seen.media_type, seen.width, seen.height, seen.flags) == (KINDS[kind], *size, ())
    assert seen.sha256 == hashlib.sha256(content).hexdigest()


def test_variants_of_headers() -> None:
    long = b"\xff\xe1\xff\xff" + b"\xff\xc0" * 32766 + b"\0" + b"\xff\xff\xfe\x00\x05abc" + b"\xff\x01"
    for content in (
        jpeg(300, 200, frame=0xC2, before=long),
        jpeg(300, 200, frame=0xC1),
        bmp(300, 200, down=True),
        b"BM" + struct.pack("<IHHI", 26, 0, 0, 26) + struct.pack("<IHHHH", 12, 300, 200, 1, 24),
    ):
        assert (picture.look(content).width, picture.look(content).height) == (300, 200)


@pytest.mark.parametrize("kind", KINDS)
def test_one_that_is_cut_off_is_kept_and_flagged(kind: str) -> None:
    assert picture.look(drawn(kind, (640, 480))[:-20]).flags == ("picture-cut-off",)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "picture-unknown"),
        (b"GIF89a....", "picture-unknown"),
        (b"BMW is a car", "picture-unknown"),
        (drawn("PNG")[:20], "picture-broken"),
        (drawn("PNG", (0, 5)), "picture-broken"),
        (drawn("JPEG")[:20], "picture-broken"),
        (drawn("JPEG")[:93], "picture-broken"),
        (b"\xff\xd8\xff" + b"\0" * 100, "picture-broken"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 20, "picture-broken"),
        (drawn("BMP")[:20], "picture-broken"),
        (b"\xff\xd8" + b"\xff\xfe\x00\x00" * 10_000, "picture-broken"),
    ],
)
def test_what_is_no_picture_is_refused(content: bytes, key: str) -> None:
    with pytest.raises(Undecodable) as fault:
        picture.look(content)
    assert fault.value.key == key


@given(st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM"]), st.binary(max_size=300))
def test_no_bytes_break_the_reader_of_headers(magic: bytes, rest: bytes) -> None:
    try:
        seen = picture.look(magic + rest)
    except Undecodable:
        return
    assert seen.width > 0 and seen.height > 0


# --- as messages ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_as_payload(read: Read, kind: str) -> None:
    content = drawn(kind)
    name = hashlib.sha256(content).hexdigest()
    row = {"image": name, "media_type": KINDS[kind], "width": 64, "height": 48}
    assert read("line/cam", content) == [Wide("line_cam", "line/cam", [None], [row], files={name: content})]
    assert read("line/cam", content, retain=True)[0].flags == {0: ("retained",)}


@pytest.mark.parametrize("member", ["image", "data"])
@pytest.mark.parametrize("begin", ["", "data:image/png;base64,"])
def test_a_picture_in_an_object(read: Read, member: str, begin: str) -> None:
    content = drawn("PNG")
    sent = {
        "ts": "2020-03-09T10:14:33.000Z",
        member: begin + base64.b64encode(content).decode(),
        "label": "불량",
        "shot": 17,
        "file": "a b.png",
        "camera": {"gain": 1.5},
    }
    (part,) = read("line/cam", sent)
    name = hashlib.sha256(content).hexdigest()
    assert isinstance(part, Wide)
    assert part.times == [1_583_748_873 * 10**9]
    assert part.files == {name: content}
    assert part.rows == [
        {
            "ts": "2020-03-09T10:14:33.000Z",
            "label": "불량",
            "shot": 17,
            "file": "a b.png",
            "camera.gain": 1.5,
            "image": name,
            "media_type": "image/png",
            "width": 64,
            "height": 48,
        }
    ]


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        ({"image": "data:image/png;base64,###"}, "picture-not-base64"),
        ({"image": "data:image/gif;base64,R0lGODlh"}, "picture-unknown"),
        ({"image": "data:image/jpeg;base64," + base64.b64encode(drawn("JPEG")[:20]).decode()}, "picture-broken"),
    ],
)
def test_a_wrong_picture_in_an_object_is_refused(read: Read, sent: object, key: str) -> None:
    with pytest.raises(Undecodable) as fault:
        read("line/cam", sent)
    assert fault.value.key == key


def test_what_only_looks_like_a_picture_is_a_record(read: Read) -> None:
    for text in ("Qk2", "/9j/", "none", "QkFTRTY0 is not meant here, it is a sentence"):
        (part,) = read("line/cam", {"image": text})
        assert isinstance(part, Wide) and part.rows == [{"image": text}]


def test_declared_pictures(read: Read) -> None:
    reading = Reading(form="image", stream="eyes")
    assert read("line/cam", drawn("PNG"), reading)[0].stream == "eyes"
    for sent, key in (
        ({"label": 1}, "picture-missing"),
        ({"image": "no picture"}, "picture-not-base64"),
        ("OK", "picture-unknown"),
        (b"", "payload-empty"),
    ):
        with pytest.raises(Undecodable) as fault:
            read("line/cam", sent, reading)
        assert fault.value.key == key
