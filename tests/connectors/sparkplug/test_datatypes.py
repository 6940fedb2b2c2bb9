"""Every datatype of the specification as number and text."""

from __future__ import annotations

import base64
import json
import struct
from typing import Any

import pytest

KNOWN = [
    (1, {"int_value": 0x7F}, 127.0),
    (1, {"int_value": 0xFF}, -1.0),
    (1, {"int_value": 2**32 - 128}, -128.0),
    (2, {"int_value": 0x8000}, -32768.0),
    (3, {"int_value": 2**32 - 5}, -5.0),
    (4, {"long_value": 2**64 - 7}, -7.0),
    (4, {"long_value": 2**63 - 1}, "9223372036854775807"),
    (5, {"int_value": 255}, 255.0),
    (6, {"int_value": 65535}, 65535.0),
    (7, {"int_value": 2**32 - 1}, 4294967295.0),
    (7, {"long_value": 2**32 - 1}, 4294967295.0),
    (8, {"long_value": 2**64 - 1}, "18446744073709551615"),
    (9, {"float_value": 0.5}, 0.5),
    (10, {"double_value": 1e300}, 1e300),
    (11, {"boolean_value": 1}, "true"),
    (11, {"boolean_value": 0}, "false"),
    (12, {"string_value": "가동"}, "가동"),
    (12, {"string_value": ""}, ""),
    (13, {"long_value": 1_733_904_005_123}, "2024-12-11T08:00:05.123Z"),
    (13, {"long_value": 2**64 - 1000}, "1969-12-31T23:59:59.000Z"),
    (13, {"long_value": 2**62}, str(2**62)),
    (14, {"string_value": "a\nb"}, "a\nb"),
    (15, {"string_value": "2b1f0b6c-6c6e-4f3c-9b55-0a8c3d0c6f10"}, "2b1f0b6c-6c6e-4f3c-9b55-0a8c3d0c6f10"),
    (17, {"bytes_value": b"\x00\xff"}, base64.b64encode(b"\x00\xff").decode()),
    (18, {"bytes_value": b"file"}, base64.b64encode(b"file").decode()),
    (22, {"bytes_value": b"\xff\x01"}, "[-1,1]"),
    (23, {"bytes_value": struct.pack("<2h", -300, 300)}, "[-300,300]"),
    (24, {"bytes_value": struct.pack("<2i", -(2**31), 5)}, "[-2147483648,5]"),
    (25, {"bytes_value": struct.pack("<q", -(2**63))}, "[-9223372036854775808]"),
    (26, {"bytes_value": b"\xff"}, "[255]"),
    (27, {"bytes_value": struct.pack("<H", 65535)}, "[65535]"),
    (28, {"bytes_value": struct.pack("<I", 2**32 - 1)}, "[4294967295]"),
    (29, {"bytes_value": struct.pack("<Q", 2**64 - 1)}, "[18446744073709551615]"),
    (30, {"bytes_value": struct.pack("<2f", 1.5, float("nan"))}, "[1.5,null]"),
    (31, {"bytes_value": struct.pack("<d", 2.25)}, "[2.25]"),
    (
        32,
        {"bytes_value": struct.pack("<I", 10) + b"\xa0\x40"},
        json.dumps([True, False, True, *[False] * 6, True], separators=(",", ":")),
    ),
    (33, {"bytes_value": "가\0b\0".encode()}, '["가","b"]'),
    (34, {"bytes_value": struct.pack("<q", 1_733_904_005_123)}, '["2024-12-11T08:00:05.123Z"]'),
    (22, {"bytes_value": b""}, "[]"),
]
DOUBTFUL = [
    (1, {"int_value": 300}, 300.0, "out-of-range"),
    (5, {"int_value": 256}, 256.0, "out-of-range"),
    (3, {"double_value": 1.5}, 1.5, "datatype-mismatch"),
    (10, {"int_value": 7}, 7.0, "datatype-mismatch"),
    (10, {"string_value": "7"}, "7", "datatype-mismatch"),
    (12, {"boolean_value": 1}, "true", "datatype-mismatch"),
    (12, {"string_value": b"\xff"}, "\\xff", "not-utf8"),
    (10, {"double_value": float("nan")}, "NaN", "not-a-number"),
    (9, {"float_value": float("-inf")}, "-Infinity", "not-a-number"),
    (24, {"bytes_value": b"abc"}, base64.b64encode(b"abc").decode(), "datatype-mismatch"),
    (
        32,
        {"bytes_value": struct.pack("<I", 2**31)},
        base64.b64encode(struct.pack("<I", 2**31)).decode(),
        "datatype-mismatch",
    ),
    (33, {"bytes_value": b"\xff\0"}, base64.b64encode(b"\xff\0").decode(), "datatype-mismatch"),
    (33, {"bytes_value": b"open"}, base64.b64encode(b"open").decode(), "datatype-mismatch"),
    (26, {"bytes_value": bytes(300_000)}, base64.b64encode(bytes(300_000)).decode(), "array-too-large"),
    (16, {"dataset_value": b"\x08\x01"}, None, "dataset-refused"),
    (19, {"template_value": b"\x0a\x00"}, None, "template-refused"),
    (0, {"extension_value": b""}, None, "extension-refused"),
    (10, {}, None, "value-missing"),
]


@pytest.mark.parametrize(("datatype", "told", "expected"), KNOWN)
def test_a_value_is_read_by_its_datatype(
    listener: Any, encode: Any, datatype: int, told: Any, expected: Any
) -> None:
    (part,) = listener.hear("NBIRTH", encode.payload(encode.metric(name="m", datatype=datatype, **told), seq=0))
    assert encode.values([part])["m"] == expected
    assert part.flags == {}


@pytest.mark.parametrize(("datatype", "told", "expected", "flag"), DOUBTFUL)
def test_a_doubtful_value_is_kept_and_flagged(
    listener: Any, encode: Any, datatype: int, told: Any, expected: Any, flag: str
) -> None:
    well = encode.metric(name="well", datatype=10, double_value=1.0)
    raw = encode.payload(encode.metric(name="m", datatype=datatype, **told), well, seq=0)
    (part,) = listener.hear("NBIRTH", raw)
    assert encode.values([part]) == {"m": expected, "well": 1.0, "$online": 1.0}
    assert part.flags == {0: (flag,)}


def test_a_large_whole_number_is_exact_as_text(listener: Any, encode: Any) -> None:
    (part,) = listener.hear(
        "NBIRTH", encode.payload(encode.metric(name="m", datatype=8, long_value=2**53 + 1), seq=0)
    )
    assert (part.numbers[0], part.texts[0]) == (2.0**53, "9007199254740993")


def test_null_is_neither_number_nor_text(listener: Any, encode: Any) -> None:
    (part,) = listener.hear("NBIRTH", encode.payload(encode.metric(name="m", datatype=16, is_null=1), seq=0))
    assert (part.numbers[0], part.texts[0], part.flags) == (None, None, {})


@pytest.mark.parametrize(
    ("quality", "flag"), [(192, None), (0, "bad-quality"), (500, "stale-quality"), (500.0, "stale-quality")]
)
def test_the_quality_is_told(listener: Any, encode: Any, quality: float, flag: str | None) -> None:
    told = encode.property_set(Quality=quality)
    (part,) = listener.hear(
        "NBIRTH", encode.payload(encode.metric(name="m", datatype=10, double_value=1.0, properties=told), seq=0)
    )
    assert part.flags == ({} if flag is None else {0: (flag,)})
