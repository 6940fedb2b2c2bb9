"""Every sentence exists in both languages, with the same values, under one key."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from aas_server.messages import LANGUAGES, catalogue, language_of, locale, text


def test_every_sentence_has_both_languages():
    for key, pair in catalogue().items():
        assert set(pair) == set(LANGUAGES), key
        assert all(pair.values()), key


def test_both_languages_tell_the_same_values():
    for key, pair in catalogue().items():
        names = [{name for _, name, _, _ in Formatter().parse(pair[language]) if name} for language in LANGUAGES]
        assert names[0] == names[1], key


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        *(("ko", "ko"), ("en", "en"), ("de", "en"), ("kok", "en"), ("en_GB.UTF-8", "en"), ("ko_KR.UTF-8", "ko")),
        *(("ko-KR,ko;q=0.9,en;q=0.8", "ko"), ("en;q=0.3,ko;q=0.9", "ko"), ("ko;q=0.3, en;q=0.9", "en")),
        *(("de, ko;q=0.5", "ko"), ("ko;q=0", "en"), ("en;q=x", "en"), ("C.UTF-8", "en")),
    ],
)
def test_language_of(wanted, language):
    assert language_of(wanted) == language


@pytest.mark.parametrize("wanted", [None, "", "*", "*;q=0.1"])
def test_where_nothing_is_said_each_door_has_its_own_language(wanted, monkeypatch):
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    assert language_of(wanted) == "en"
    assert language_of(wanted, silent="ko") == "ko"


def test_commands_speak_the_locale(monkeypatch):
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    assert language_of(locale()) == "ko"
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert locale() is None


def test_an_unknown_key_is_shown_as_it_is():
    assert text("no-such-key", "ko", a=1) == "no-such-key {'a': 1}"


NOT_OURS = re.compile(
    "십시오|흐름|레이블|라벨|단순 추측|인수 기준|수용 기준|macro F1|표준 식별자|공인 IRDI|가이드북|정제|판매가"
    "|부가세|제공자|샷|양불|쪽 단위|메타모델 판|서버 기록"
)
"""Words for which CONTRIBUTING names a better one."""


def test_one_word_for_one_thing():
    assert {key: found[0] for key, pair in catalogue().items() if (found := NOT_OURS.search(pair["ko"]))} == {}


REPOSITORY = Path(__file__).parents[2]
SAYING = frozenset(
    {
        *("AasError", "BadInput", "Refused", "NotFound", "Conflict", "TooLarge", "NotSupported", "Unavailable"),
        *("ConnectorError", "RecordingError", "BrokerError", "DoorError", "Undecodable", "_fail"),
        *("text", "in_all", "say", "t"),
    }
)
"""What takes the key of a sentence first."""
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NAMED = ("web-class-", "web-figure-")
"""How keys begin that ``Reader.named`` puts together from two names."""


@cache
def trees() -> list[ast.Module]:
    folders = ("aas_server", "connectors", "submodels", "templates")
    return [ast.parse(file.read_text("utf-8")) for name in folders for file in (REPOSITORY / name).rglob("*.py")]


@cache
def pages() -> str:
    return "\n".join(file.read_text("utf-8") for file in (REPOSITORY / "aas_server").rglob("*.html"))


def said() -> set[str]:
    """Keys that stand in a call which says or raises a sentence, and those of the commands' help."""
    found = set(re.findall(r"""\b(?:t|say)\(\s*["']([a-z0-9-]*[a-z0-9])["']\s*[,)]""", pages()))
    for call in (node for tree in trees() for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        given = [*call.args[:1]] if name in SAYING else []
        given += [keyword.value for keyword in call.keywords if keyword.arg in ("help", "epilog")]
        found |= {one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return {key for key in found if KEY.fullmatch(key)}


def written() -> set[str]:
    """Every text that stands in the code, and in quotes on a page."""
    constants = (node for tree in trees() for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {node.value for node in constants if isinstance(node.value, str)} | set(
        re.findall(r"""["']([a-z0-9-]+)["']""", pages())
    )


def test_every_key_that_is_said_has_a_sentence():
    keys = said()
    assert len(keys) > 200
    assert {key for key in keys if key not in catalogue()} == set()


def put_together() -> tuple[set[str], set[str]]:
    """How keys begin that the code puts together (``f"progress-{part}"``, ``"web-kind-" ~ kind``), and how those
    end of which the beginning is not written either."""
    strings = [node.values for tree in trees() for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    begun = {str(parts[0].value) for parts in strings if isinstance(parts[0], ast.Constant)}
    begun |= {begin for begin in written() if begin.endswith("-")}
    open_ = [parts for parts in strings if not isinstance(parts[0], ast.Constant)]
    ended = {str(parts[-1].value) for parts in open_ if isinstance(parts[-1], ast.Constant)}
    begun = {begin for begin in begun if re.fullmatch(r"[a-z0-9-]+-", begin) and begin != "web-"}
    return begun | set(NAMED), {end for end in ended if re.fullmatch(r"-[a-z0-9-]+", end)}


def test_no_sentence_is_left_over():
    begun, ended = put_together()
    left = set(catalogue()) - written()
    assert {key for key in left if not key.startswith(tuple(begun)) and not key.endswith(tuple(ended))} == set()
