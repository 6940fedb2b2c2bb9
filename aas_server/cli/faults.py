"""What a command says when it fails: whatever went wrong, a sentence in the reader's language and an exit code."""

from __future__ import annotations

from typing import Any

import click

from aas_server.errors import AasError, BadInput, Unavailable
from aas_server.messages import Language, error_text, text
from aas_server.store.durable import is_full
from connectors.errors import BrokerUrlError, ConnectorError, RecordingError


def key_of(error: Exception) -> str:
    """The error's key for scripts; that of the sentence where it is one of ours."""
    return error.key if isinstance(error, AasError | ConnectorError) else type(error).__name__


def told(error: Exception, language: Language) -> tuple[str, int]:
    """The sentence for an error, and the code to end with."""
    match error:
        case AasError():
            return error_text(error, language), error.exit_code
        case ConnectorError():
            code = (
                BadInput.exit_code if isinstance(error, RecordingError | BrokerUrlError) else Unavailable.exit_code
            )
            return text(error.key, language, **error.values), code
        case click.ClickException():
            return _usage(error, language), error.exit_code
        case OSError() if is_full(error):
            return text("store-disk-full", language, file=error.filename or "?"), Unavailable.exit_code
        case OSError():
            fault = error.strerror or type(error).__name__
            return text("system-refused", language, file=error.filename or "?", fault=fault), Unavailable.exit_code
        case _:
            return text("unforeseen", language, fault=f"{type(error).__name__}: {error}"), AasError.exit_code


def _usage(error: click.ClickException, language: Language) -> str:
    command = "aas"
    if isinstance(error, click.UsageError) and error.ctx is not None:
        command = error.ctx.command_path
    match error:
        case click.exceptions.NoSuchOption():
            hint = _hint(error.possibilities, language)
            return text("usage-no-such-option", language, name=error.option_name, hint=hint)
        case click.exceptions.NoSuchCommand():
            hint = _hint(error.possibilities, language)
            return text("usage-no-such-command", language, name=error.command_name, hint=hint)
        case click.MissingParameter():
            return text("usage-missing", language, name=_name(error), command=command)
        case click.BadParameter():
            wanted = _form(error.param.type if error.param else None)
            return text("usage-bad-value", language, name=_name(error), wanted=wanted, command=command)
        case _:
            return text("usage-wrong", language, command=command)


def _name(error: click.BadParameter) -> str:
    return error.param.opts[-1] if error.param and error.param.opts else "?"


def _form(wanted: click.ParamType[Any] | None) -> str:
    """What a parameter takes, in signs that need no language."""
    match wanted:
        case click.IntRange():
            return f"{'' if wanted.min is None else wanted.min}…{'' if wanted.max is None else wanted.max}"
        case click.FloatRange():
            return f"> {wanted.min}"
        case click.Choice():
            return " | ".join(map(str, wanted.choices))
        case _:
            return wanted.name.upper() if wanted else "?"


def _hint(names: object, language: Language) -> str:
    known = ", ".join(names) if isinstance(names, list | tuple | set) else ""
    return text("usage-meant", language, names=known) if known else ""
