"""What a command says reaches the person as it is."""

from __future__ import annotations

import pytest

from aas_server.cli.console import Voice
from aas_server.messages import text


def test_a_script_is_told_the_result_and_nothing_else_but_what_must_be_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    voice = Voice("en", json=True)
    voice.say("stopping")
    voice.result({"rows": 3}, "stopping")
    assert capsys.readouterr() == ('{"rows":3}\n', "")
    voice.alert("stopping")
    assert capsys.readouterr() == ("", text("stopping", "en") + "\n")


def test_an_id_with_a_word_between_colons_is_said_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    Voice("en").say("import-missing", place="urn:factory:1#Files[0].[bold]x[/bold]")
    assert "urn:factory:1#Files[0].[bold]x[/bold] " in capsys.readouterr().out
