"""What a command says reaches the person as it is."""

from __future__ import annotations

import pytest

from aas_server.cli.console import Voice


def test_an_id_with_a_word_between_colons_is_said_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    Voice("en").say("import-missing", place="urn:factory:1#Files[0].[bold]x[/bold]")
    assert "urn:factory:1#Files[0].[bold]x[/bold] " in capsys.readouterr().out
