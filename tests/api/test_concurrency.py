"""Many at once, on both databases: nobody sees a 5xx, nothing is lost and nothing doubled."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from aas_server import ids
from aas_server.settings import Settings

AT_ONCE = 20

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


class Answer:
    def __init__(self, status: int, headers: Any, content: bytes) -> None:
        self.status, self.etag = status, headers["etag"]
        self.json = json.loads(content) if content else None


Send = Callable[..., Answer]


@pytest.fixture
def send(live: str) -> Send:
    """One request on a connection of its own."""

    def sent(method: str, path: str, body: Any = None, **headers: str) -> Answer:
        data = None if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(
            f"{live}/api/v3.1{path}", data, {"Content-Type": "application/json"} | named, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as fault:
            with fault:
                return Answer(fault.code, fault.headers, fault.read())

    return sent


def at_once(count: int, each: Callable[[int], Any]) -> list[Any]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(each, range(count)))


def submodel(id: str, *elements: dict[str, Any]) -> dict[str, Any]:
    return {"modelType": "Submodel", "id": id, **({"submodelElements": list(elements)} if elements else {})}


def count(number: int, name: str = "Count") -> dict[str, Any]:
    return {"modelType": "Property", "idShort": name, "valueType": "xs:int", "value": str(number)}


def test_the_same_put_many_times_at_once(send: Send, changes: Callable[[], int]) -> None:
    path = f"/submodels/{ids.encode('urn:same')}"
    answers = at_once(AT_ONCE, lambda _: send("PUT", path, submodel("urn:same", count(1))).status)
    assert sorted(answers) == [201, *[204] * (AT_ONCE - 1)]
    assert len(send("GET", "/submodels").json["result"]) == 1
    assert changes() == 1, "the same again is no change"


def test_the_same_post_many_times_at_once(send: Send) -> None:
    answers = at_once(AT_ONCE, lambda _: send("POST", "/submodels", submodel("urn:same")).status)
    assert sorted(answers) == [201, *[409] * (AT_ONCE - 1)]


def test_siblings_posted_at_once(send: Send) -> None:
    send("POST", "/submodels", submodel("urn:parent"))
    path = f"/submodels/{ids.encode('urn:parent')}/submodel-elements"
    answers = at_once(AT_ONCE, lambda number: send("POST", path, count(number, f"Item{number}")).status)
    assert answers == [201] * AT_ONCE
    names = [one["idShort"] for one in send("GET", path).json["result"]]
    assert sorted(names) == sorted(f"Item{number}" for number in range(AT_ONCE))


def test_the_same_sibling_posted_at_once(send: Send) -> None:
    send("POST", "/submodels", submodel("urn:parent"))
    path = f"/submodels/{ids.encode('urn:parent')}/submodel-elements"
    answers = at_once(AT_ONCE, lambda number: send("POST", path, count(number)).status)
    assert sorted(answers) == [201, *[409] * (AT_ONCE - 1)]
    assert len(send("GET", path).json["result"]) == 1


def test_editors_who_say_what_they_saw_lose_nothing(send: Send) -> None:
    send("POST", "/submodels", submodel("urn:counted", count(0)))
    whole = f"/submodels/{ids.encode('urn:counted')}"

    def add_one(_: int) -> int:
        """Read, add one, write what was read; again where another was faster."""
        for tried in range(200):
            seen = send("GET", whole)
            wanted = int(seen.json["submodelElements"][0]["value"]) + 1
            written = send("PUT", whole, submodel("urn:counted", count(wanted)), If_Match=seen.etag)
            if written.status == 204:
                return tried
            assert written.status == 412, written.json
        raise AssertionError("never came to write")

    at_once(6, add_one)
    assert send("GET", f"{whole}/$value").json == {"Count": 6}


def test_readers_page_on_while_writers_write(send: Send) -> None:
    kept = {f"urn:kept:{number:02}" for number in range(12)}
    at_once(len(kept), lambda number: send("POST", "/submodels", submodel(sorted(kept)[number])))

    def take_part(number: int) -> list[str]:
        if number % 2:
            for turn in range(8):
                one = f"urn:passing:{number}:{turn}"
                assert send("POST", "/submodels", submodel(one)).status == 201
                assert (
                    send(
                        "PUT",
                        f"/submodels/{ids.encode(sorted(kept)[turn])}",
                        submodel(sorted(kept)[turn], count(number)),
                    ).status
                    == 204
                )
                assert send("DELETE", f"/submodels/{ids.encode(one)}").status == 204
            return []
        seen: list[str] = []
        cursor = ""
        while True:
            page = send("GET", f"/submodels?limit=3&cursor={cursor}")
            assert page.status == 200, page.json
            seen += [one["id"] for one in page.json["result"]]
            cursor = page.json["paging_metadata"].get("cursor", "")
            if not cursor:
                return seen

    for seen in at_once(8, take_part)[::2]:
        assert len(seen) == len(set(seen)) and kept <= set(seen)
