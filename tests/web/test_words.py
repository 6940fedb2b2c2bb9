"""Every word on the pages stands in both languages, and none is left over."""

from __future__ import annotations

import re
from pathlib import Path

from aas_server.messages import catalogue
from aas_server.web import app

FOLDER = Path(app.__file__).parent
KEY = re.compile(r"""["'](web-[a-z0-9-]*[a-z0-9])["']""")
BEGUN = re.compile(r"""["'](web-[a-z0-9-]+-)["'{]""")


def sources() -> str:
    files = [file for file in FOLDER.rglob("*") if file.suffix in (".py", ".html")]
    return "\n".join(file.read_text("utf-8") for file in files)


def test_every_key_has_its_sentences() -> None:
    assert set(KEY.findall(sources())) <= set(catalogue())


def test_no_sentence_is_left_over() -> None:
    text = sources()
    used, begun = set(KEY.findall(text)), tuple({*BEGUN.findall(text), "web-figure-", "web-class-"})
    ours = {key for key in catalogue() if key.startswith("web-")}
    assert {key for key in ours - used if not key.startswith(begun)} == set()


def test_both_languages_are_written() -> None:
    for key, pair in catalogue().items():
        if key.startswith("web-"):
            assert set(pair) == {"ko", "en"}, key
            assert pair["ko"].strip(), key
            assert pair["en"].strip(), key
