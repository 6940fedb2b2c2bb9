"""What a command says when it fails: whatever went wrong, a sentence in the reader's language and an exit code."""

from __future__ import annotations

import click

from aas_server.errors import AasError, BadInput, Unavailable
from aas_server.messages import Language, error_text, text
from connectors.errors import ConnectorError, RecordingError


def told(error: Exception, language: Language) -> tuple[str, int]:
    """The sentence for an error, and the code to end with."""
    match error:
        case AasError():
            return error_text(error, language), error.exit_code
        case ConnectorError():
            code = BadInput.exit_code if isinstance(error, RecordingError) else Unavailable.exit_code
            return text(error.key, language, **error.values), code
        case click.ClickException():
            return _usage(error, language), error.exit_code
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
            wanted = str(error.param.type) if error.param else "?"
            return text("usage-bad-value", language, name=_name(error), wanted=_form(wanted), command=command)
        case _:
            return text("usage-wrong", language, command=command)


def _name(error: click.BadParameter) -> str:
    return error.param.opts[-1] if error.param and error.param.opts else "?"


def _form(wanted: str) -> str:
    """A parameter's type as click names it, without its wrapping: ``1<=x<=65535``, ``FILE``, ``3.0|3.1``."""
    return wanted.removeprefix("<").removesuffix(">")


def _hint(names: object, language: Language) -> str:
    known = ", ".join(names) if isinstance(names, list | tuple | set) else ""
    return text("usage-meant", language, names=known) if known else ""
