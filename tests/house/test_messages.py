"""Every sentence exists in both languages, with the same values, under one key."""

from __future__ import annotations

from string import Formatter

import pytest

from aas_server.messages import LANGUAGES, catalogue, language_of, text


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
    [("ko", "ko"), ("en", "en"), ("ko-KR,ko;q=0.9,en;q=0.8", "ko"), ("en_GB.UTF-8", "en"), ("de", "en")],
)
def test_language_of(wanted, language):
    assert language_of(wanted) == language


def test_language_of_the_locale(monkeypatch):
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    assert language_of(None) == "ko"


def test_an_unknown_key_is_shown_as_it_is():
    assert text("no-such-key", "ko", a=1) == "no-such-key {'a': 1}"
