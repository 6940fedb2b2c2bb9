"""Files that want to fill memory, disk or time, or to reach what they shouldn't: refused with the limit named."""

from __future__ import annotations

import io
import json
import struct
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aas_server.errors import AasError, BadInput, TooLarge
from aas_server.messages import error_text
from aas_server.twin.package import Limits, opened

Pack = Callable[..., bytes]
HEAD = '<environment xmlns="https://admin-shell.io/aas/3/0">'
BODY = HEAD + "<submodels><submodel><id>urn:x</id></submodel></submodels></environment>"
DTDS = [
    '<!DOCTYPE e [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
    '<!DOCTYPE e SYSTEM "http://example.org/evil.dtd">',
    '<!DOCTYPE e [<!ENTITY % x SYSTEM "file:///etc/passwd">%x;]>',
    '<!DOCTYPE e [<!ATTLIST e a CDATA "x">]>',
]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Any]:
    def work(body: bytes, limits: Limits | None = None, file: str | None = None) -> Any:
        path = tmp_path / "given"
        path.write_bytes(body)
        with opened(path, limits or Limits()) as source:
            if file is not None:
                stream = source.file(file)
                assert stream is not None
                with stream:
                    return stream.read()
            return source

    return work


def zipped(body: bytes, count: int = 1) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for number in range(count):
            made.writestr(f"part{number}", body)
    return target.getvalue()


@pytest.mark.parametrize("declared", ["UTF-8", "UTF-16", "UTF-16LE", "UTF-7"])
@pytest.mark.parametrize("dtd", DTDS)
def test_a_dtd_is_refused_in_every_encoding(dtd: str, declared: str, read: Callable[..., Any]) -> None:
    body = f'<?xml version="1.0" encoding="{declared}"?>{dtd}{BODY}'
    with pytest.raises(BadInput) as raised:
        read(body.encode(declared))
    assert raised.value.key == "xml-dtd"


def test_a_dtd_hides_in_no_part(pack: Pack, read: Callable[..., Any]) -> None:
    with pytest.raises(BadInput) as raised:
        read(pack(f"{DTDS[0]}{BODY}".encode()))
    assert raised.value.key == "xml-dtd" and raised.value.values["part"] == "aasx/data.xml"


def test_what_xml_would_include_is_not_fetched(read: Callable[..., Any]) -> None:
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    ((_, document),) = read(BODY.replace("<id>", include + "<id>").encode()).documents
    assert "root:" not in str(document)


@pytest.mark.parametrize(
    "body",
    [
        (HEAD + "<submodels>" + "<a>" * 100_000).encode(),
        (HEAD + "<submodels><submodel><submodelElements>" + "<submodelElementCollection><value>" * 1000).encode(),
        b'{"submodels": [' + b'{"a":' * 100_000,
        b'{"submodels": ' + b"[" * 100_000,
    ],
)
def test_endless_nesting_names_its_limit(body: bytes, read: Callable[..., Any]) -> None:
    with pytest.raises(BadInput) as raised:
        read(body)
    assert raised.value.key in ("xml-too-deep", "json-too-deep") and raised.value.values["limit"] == 400
    assert "max_json_depth" in error_text(raised.value, "en")


@pytest.mark.parametrize(
    "value", [b"9" * 10_000_000, b'"' + b"9" * 10_000_000 + b'"', b"1e999999", b'"' + b"9" * 5000 + b'-01-01"']
)
@pytest.mark.parametrize("type", [b"xs:int", b"xs:double", b"xs:date"])
def test_huge_numbers_cost_nothing(value: bytes, type: bytes, read: Callable[..., Any]) -> None:
    property = b'{"modelType":"Property","idShort":"Ab","valueType":"%b","value":%b}' % (type, value)
    start = time.thread_time()
    try:
        source = read(b'{"submodels":[{"modelType":"Submodel","id":"urn:x","submodelElements":[%b]}]}' % property)
    except BadInput as error:
        assert error.key == "json-integer-long" and "4300" in error_text(error, "en")
    else:
        (element,) = source.documents[0][1]["submodelElements"]
        assert element["value"] == value.decode().strip('"')
        assert element["valueType"] == "xs:string" and source.repairs
    assert time.thread_time() - start < 5


def test_many_attributes_cost_no_square(read: Callable[..., Any]) -> None:
    start = time.thread_time()
    with pytest.raises(AasError):
        read((HEAD[:-1] + "".join(f' a{number}="x"' for number in range(100_000)) + "><submodels>").encode())
    assert time.thread_time() - start < 5


@pytest.mark.parametrize(
    "part",
    [
        {"submodelElements": [{"modelType": "Capability", "idShort": "Same"}] * 10_000},
        {"qualifiers": [{"type": "t", "valueType": "xs:int", "value": "1"}] * 10_000},
        {"extensions": [{"name": "t"}] * 10_000},
        {"description": [{"language": "en", "text": str(number)} for number in range(10_000)]},
    ],
)
def test_thousands_of_equal_names_take_no_longer_each_than_one(
    part: dict[str, Any], read: Callable[..., Any]
) -> None:
    start = time.thread_time()
    submodel = {"modelType": "Submodel", "id": "urn:x", "idShort": "9", **part}
    source = read(json.dumps({"submodels": [submodel]}).encode())
    assert len(source.repairs) + len(source.findings) > 9_000
    assert time.thread_time() - start < 20


@pytest.mark.parametrize(
    ("offset", "bytes_", "key"),
    [
        (24, struct.pack("<I", 2**31 - 1), "package-large"),
        (24, b"\xff" * 4, "package-large"),
        (24, struct.pack("<I", 0), "package-broken"),
        (24, struct.pack("<I", 10), "package-broken"),
        (20, struct.pack("<I", 2**31 - 1), "package-broken"),
        (42, struct.pack("<I", 2**31 - 1), "package-broken"),
        (10, struct.pack("<H", 99), "package-broken"),
        (8, struct.pack("<H", 1), "package-encrypted"),
    ],
)
def test_what_a_header_claims_is_not_believed(
    offset: int, bytes_: bytes, key: str, pack: Pack, read: Callable[..., Any]
) -> None:
    """Sizes (2 GB, zip64 that isn't there, none, too little), place, method and encryption of the last entry."""
    body = bytearray(pack())
    entry = body.rfind(b"PK\x01\x02")
    body[entry + offset : entry + offset + len(bytes_)] = bytes_
    with pytest.raises(AasError) as raised:
        read(bytes(body))
    assert raised.value.key == key
    if key == "package-large":
        assert "max_package_size" in error_text(raised.value, "ko")


def test_a_part_that_is_there_twice_is_refused(pack: Pack, read: Callable[..., Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        body = pack(entries=(("aasx/data.xml", BODY.replace("urn:x", "urn:y").encode()),))
    with pytest.raises(BadInput) as raised:
        read(body)
    assert raised.value.key == "package-part-twice"


def test_a_link_is_refused(pack: Pack, read: Callable[..., Any]) -> None:
    link = zipfile.ZipInfo("aasx/files/link")
    link.external_attr = 0o120777 << 16
    with pytest.raises(BadInput) as raised:
        read(pack(entries=((link, b"/etc/passwd"),)))
    assert raised.value.key == "package-part-link"


@pytest.mark.parametrize(
    ("inner", "limits", "setting"),
    [
        (zipped(zipped(b"0" * 50_000_000)), Limits(), "max_package_ratio"),
        (zipped(zipped(zipped(zipped(b"x")))), Limits(), "max_package_nesting"),
        (zipped(zipped(b"0" * 500_000, 50)), Limits(size=10_000_000), "max_package_size"),
    ],
)
def test_a_bomb_inside_a_file_is_not_handed_on(
    inner: bytes, limits: Limits, setting: str, pack: Pack, read: Callable[..., Any]
) -> None:
    with pytest.raises(TooLarge) as raised:
        read(pack(entries=(("aasx/files/data.zip", inner),)), limits, "/aasx/files/data.zip")
    assert raised.value.values["setting"] == setting and setting in error_text(raised.value, "en")


def test_an_honest_zip_file_is_a_file_as_any_other(pack: Pack, read: Callable[..., Any]) -> None:
    inner = zipped(zipped(b"some data " * 1000))
    assert read(pack(entries=(("aasx/files/data.zip", inner),)), None, "/aasx/files/data.zip") == inner
    cut = inner[: len(inner) // 2]
    assert read(pack(entries=(("aasx/files/data.zip", cut),)), None, "/aasx/files/data.zip") == cut
