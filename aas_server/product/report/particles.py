"""Korean particles that follow the sound of the word before them: ``계약금액을(를)`` becomes ``계약금액을``.

Source: 한글 맞춤법; after ㄹ stands 로, not 으로. What is in brackets behind a word is passed over, as it is read.
"""

from __future__ import annotations

import re

_PAIRS = {
    "을(를)": ("을", "를"),
    "은(는)": ("은", "는"),
    "이(가)": ("이", "가"),
    "과(와)": ("과", "와"),
    "(으)로": ("으로", "로"),
}
"""After a consonant, after a vowel."""
_OPEN = re.compile("|".join(map(re.escape, _PAIRS)))
_PASSED = re.compile(r"(?:\([^()]*\)|[\s'\"’”」》\])])+$")
_DIGITS = {
    "0": "영",
    "1": "일",
    "2": "이",
    "3": "삼",
    "4": "사",
    "5": "오",
    "6": "육",
    "7": "칠",
    "8": "팔",
    "9": "구",
}
_SIGNS = {"%": "퍼센트"}
_FIRST, _LAST, _FINALS = 0xAC00, 0xD7A3, 28
_RIEUL = 8


def settled(sentence: str) -> str:
    """The sentence with its particles chosen; one after a word of foreign letters stays as it is."""
    made, at = "", 0
    for found in _OPEN.finditer(sentence):
        made += sentence[at : found.start()]
        made += _chosen(made, found[0])
        at = found.end()
    return made + sentence[at:]


def _chosen(before: str, pair: str) -> str:
    word = _PASSED.sub("", before)
    last = word[-1:]
    sound = (_SIGNS.get(last) or _DIGITS.get(last) or last)[-1:]
    if not sound or not _FIRST <= ord(sound) <= _LAST:
        return pair
    final = (ord(sound) - _FIRST) % _FINALS
    closed = final != 0 and not (pair == "(으)로" and final == _RIEUL)
    return _PAIRS[pair][0 if closed else 1]
