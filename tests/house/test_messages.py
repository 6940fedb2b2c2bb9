"""Every sentence exists in both languages, with the same values, under one key."""

from __future__ import annotations

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
