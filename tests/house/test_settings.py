"""Settings: which place wins, and what is refused."""

from __future__ import annotations

import pytest

from aas_server.errors import BadInput
from aas_server.settings import load


def test_flag_before_environment_before_file(tmp_path, monkeypatch):
    file = tmp_path / "settings.toml"
    file.write_text('port = 1111\nhost = "127.0.0.2"\ndomain = "https://a.example"\n')
    monkeypatch.setenv("AAS_PORT", "2222")
    monkeypatch.setenv("AAS_HOST", "127.0.0.3")
    settings = load(file, port=3333, host=None)
    assert (settings.port, settings.host, settings.domain) == (3333, "127.0.0.3", "https://a.example")


def test_several_brokers_in_the_environment(monkeypatch):
    monkeypatch.setenv("AAS_BROKER", "mqtt://127.0.0.1:1, mqtt://127.0.0.1:2")
    assert load(None).broker == ["mqtt://127.0.0.1:1", "mqtt://127.0.0.1:2"]


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("prot = 1", "settings-unknown"),
        ("port = 70000", "settings-wrong"),
        ('zone = "Mars/Olympus"', "settings-wrong"),
        ("page_size = 0", "settings-wrong"),
        ("queue_limit = -1", "settings-wrong"),
        ("port = ", "settings-unreadable"),
    ],
)
def test_a_wrong_line_is_refused(tmp_path, line, key):
    file = tmp_path / "settings.toml"
    file.write_text(line + "\n")
    with pytest.raises(BadInput) as refused:
        load(file)
    assert refused.value.key == key


def test_a_folder_is_no_settings_file(tmp_path):
    with pytest.raises(BadInput) as refused:
        load(tmp_path)
    assert refused.value.key == "settings-unreadable"
