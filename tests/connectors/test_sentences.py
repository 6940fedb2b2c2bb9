"""Every key that a connector raises has its sentence in both languages, and every value that it names."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
RAISED = re.compile(
    r'(?:Undecodable|RecordingError|BrokerError|BrokerUrlError|DoorError|_tell|_fail)\(\s*"([a-z0-9-]+)"'
)


def test_every_key_has_its_sentence() -> None:
    files = (REPOSITORY / "aas_server/messages").glob("*.toml")
    sentences = {key: pair for file in files for key, pair in tomllib.loads(file.read_text("utf-8")).items()}
    raised = {
        key
        for file in (REPOSITORY / "connectors").rglob("*.py")
        for key in RAISED.findall(file.read_text("utf-8"))
    }
    assert raised
    assert raised <= set(sentences)
    for pair in (sentences[key] for key in raised):
        assert set(pair) == {"ko", "en"}
        assert set(re.findall(r"{(\w+)}", pair["ko"])) == set(re.findall(r"{(\w+)}", pair["en"]))
