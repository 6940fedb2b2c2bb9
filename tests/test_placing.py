"""Where the entries of a TOML text stand, held against what a parser reads from the same text."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from aas_server.placing import places

TEXTS = {
    "strings": """a = 'x = 1 # [b]'
b = "\\"] [c]"  # "d"
c = '''
d = 1
[e]'''
f = \"\"\"
"" \\\"\"\"
g = 1\"\"\"\"
h = ""
""",
    "scalars": """a = 1979-05-27 07:32:00
b = 1_000.5e-3
c = +inf
"d.e" . f = 0xff
g.'h i' = true\r
""",
    "lists": """a = [ [1, 2], # [
  ["x]", 'y,'],
  [],
]
b = [
  { c = 1, d = { e = [1,
    2] } },
  {},
]
""",
    "tables": """[a]
b = 1
[[c]]
d = 1
[[c.e]]
f = 1
[[c.e]]
f = 2
[c.g]
h = 1
[[c]]
d = 2
[ "i . j" . k ]
l = {m.n = 1}
""",
    "nothing": "\n# only a note",
}


def entries(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in pairs:
        yield (*path, name)
        yield from entries(part, (*path, name))


@pytest.mark.parametrize("name", TEXTS)
def test_every_entry_has_a_place(name: str) -> None:
    found = [path for _, path in places(TEXTS[name])]
    named = {path[:size] for path in found for size in range(1, len(path) + 1)}
    assert named == set(entries(tomllib.loads(TEXTS[name])))


@pytest.mark.parametrize(
    ("name", "path", "line"),
    [
        ("strings", ("f",), 6), ("strings", ("h",), 9), ("scalars", ("d.e", "f"), 4), ("lists", ("a", 1), 2),
        ("lists", ("a", 1, 1), 2), ("lists", ("a", 2), 3), ("lists", ("b", 0, "d", "e", 1), 7),
        ("lists", ("b", 1), 8), ("tables", ("c", 0, "e", 1, "f"), 8), ("tables", ("c", 1, "d"), 12),
        ("tables", ("i . j", "k", "l", "m", "n"), 14),
    ],
)  # fmt: skip
def test_an_entry_stands_on_its_line(name: str, path: tuple[str | int, ...], line: int) -> None:
    assert next(found for found, place in places(TEXTS[name]) if place == path) == line
