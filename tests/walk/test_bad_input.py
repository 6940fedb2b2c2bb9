"""Bad input at the commands: what, where, how to mend it; in the chosen language; nothing half-written."""

from __future__ import annotations

import json
import socket
import sqlite3

import pytest

GOOD = "time,value,label\n" + "".join(f"2026-01-01 00:00:{n % 60:02d},{n},0\n" for n in range(5))


@pytest.mark.parametrize(
    ("content", "options", "told", "language"),
    [
        (b"", [], "bad.csv", "ko"),
        (b"a,b\n", [], "bad.csv", "en"),
        (GOOD.encode(), ["--time", "zeit"], "zeit", "ko"),
        (GOOD.encode(), ["--label", "etikett"], "etikett", "en"),
        (b"time,value\n2026-01-01 00:00:00,\xff\xfe\x81\n", [], "bad.csv", "ko"),
        (GOOD.replace("2026-01-01", "heute").encode(), ["--time", "time"], "time", "en"),
    ],
)
def test_a_file_that_cannot_be_replayed(aas, tmp_path, content, options, told, language):
    file = tmp_path / "bad.csv"
    file.write_bytes(content)
    data = tmp_path / "data"
    ended = aas("demo", "--exit", "--from", file, *options, "--data", data, "--lang", language)
    assert ended.code == 2, ended.err
    assert told in ended.err
    assert "Traceback" not in ended.err
    assert ended.err.startswith("오류" if language == "ko" else "Error")
    assert not data.exists()


def test_a_missing_file(aas, tmp_path):
    ended = aas("demo", "--exit", "--from", tmp_path / "none.csv", "--data", tmp_path / "data", "--lang", "en")
    assert ended.code == 2
    assert "none.csv" in ended.err


def test_a_port_in_use(aas, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = aas("serve", "--port", port, "--data", tmp_path / "data", "--lang", "en")
    assert ended.code == 3
    assert str(port) in ended.err and "--port" in ended.err
    assert not (tmp_path / "data").exists()


def test_a_data_folder_of_a_newer_version(aas, tmp_path):
    assert aas("import", tmp_path / "none.aasx", "--data", tmp_path).code == 1
    with sqlite3.connect(tmp_path / "twin.db") as database:
        database.execute("PRAGMA user_version = 9999")
    ended = aas("product", "list", "--data", tmp_path, "--lang", "ko")
    assert ended.code != 0
    assert "9999" in ended.err and ended.err.startswith("오류")


def test_an_address_beyond_loopback(aas, tmp_path):
    ended = aas("serve", "--host", "0.0.0.0", "--data", tmp_path / "data", "--lang", "en")
    assert ended.code == 2
    assert "--insecure" in ended.err


def test_a_settings_file_with_an_unknown_name(aas, tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text("prot = 8080\n")
    ended = aas("serve", "--settings", file, "--data", tmp_path / "data", "--lang", "en")
    assert ended.code == 2
    assert "prot" in ended.err


def test_a_broker_that_is_not_there(aas, tmp_path, free_port):
    file = tmp_path / "good.csv"
    file.write_text(GOOD)
    ended = aas("replay", file, "--broker", f"mqtt://127.0.0.1:{free_port}", "--lang", "en")
    assert ended.code == 3
    assert str(free_port) in ended.err


def test_a_product_that_does_not_exist(aas, tmp_path):
    assert aas("import", "--data", tmp_path, tmp_path / "none.aasx").code == 1
    ended = aas("product", "show", "nothing", "--data", tmp_path, "--lang", "en")
    assert ended.code == 2
    assert "nothing" in ended.err


def test_a_data_folder_that_does_not_exist(aas, tmp_path):
    ended = aas("product", "list", "--data", tmp_path / "mistyped", "--lang", "ko")
    assert ended.code == 2
    assert "mistyped" in ended.err
    assert not (tmp_path / "mistyped").exists()


@pytest.mark.parametrize(("label", "told"), [("time", "--label"), ("nothing", "nothing")])
def test_a_label_that_cannot_be_one(aas, tmp_path, label, told):
    file = tmp_path / "bad.csv"
    file.write_text(GOOD.replace("value,label", "value,nothing").replace(",0\n", ",\n"))
    data = tmp_path / "data"
    ended = aas(
        "demo", "--exit", "--from", file, "--time", "time", "--label", label, "--data", data, "--lang", "en"
    )
    assert ended.code == 2
    assert told in ended.err
    assert not data.exists()


def test_a_broker_address_that_is_none(aas, tmp_path):
    ended = aas("serve", "--broker", "http://x", "--data", tmp_path / "data", "--lang", "ko")
    assert ended.code == 2
    assert "mqtt://" in ended.err


def test_a_failure_is_json_too_where_json_was_asked_for(aas, tmp_path):
    aas("import", tmp_path / "none.aasx", "--data", tmp_path)
    ended = aas("product", "show", "nix", "--data", tmp_path, "--json", "--lang", "en")
    assert ended.code == 2
    assert ended.last["error"] == "product-unknown" and "nix" in str(ended.last["message"])
    checked = aas("check", tmp_path / "none.aasx", "--json", "--lang", "en")
    assert checked.code == 1
    assert json.loads(checked.out)[0]["file"].endswith("none.aasx")


@pytest.mark.parametrize(("language", "told"), [("ko", "옵션은 없습니다"), ("en", "no option")])
def test_a_wrong_option_is_told_in_the_reader_s_language(aas, language, told):
    ended = aas("serve", "--nope", "--lang", language)
    assert ended.code == 2
    assert told in ended.err


@pytest.mark.parametrize(("language", "told"), [("ko", "배울 것이 없습니다"), ("en", "nothing to learn")])
def test_a_label_that_tells_nothing_apart(aas, tmp_path, language, told):
    file, data = tmp_path / "bad.csv", tmp_path / "data"
    file.write_text(GOOD)
    ended = aas("demo", "--exit", "--from", file, "--label", "label", "--data", data, "--lang", language)
    assert ended.code == 2
    assert told in ended.err and "bad.csv" in ended.err and "label" in ended.err
    assert not data.exists()
