"""``aas``: the commands put together, in the reader's language, with exit codes that mean something.

0 done; 1 could not be done; 2 wrong input or usage; 3 something needed (broker, port, disk) is not there;
130 ended by Ctrl-C.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version

import click
import structlog

from aas_server.cli.console import Voice
from aas_server.cli.faults import key_of, told
from aas_server.errors import BadInput
from aas_server.messages import LANGUAGES, Language, catalogue, language_of, locale, text

EXIT_STOPPED = 130


COMMANDS = {
    "demo": "demo.demo",
    "serve": "serve.serve",
    "replay": "replay.replay",
    "product": "product.product",
    "quality": "quality.quality",
    "concepts": "concepts.concepts",
    "mapping": "mapping_check.mapping_",
    "price": "price.price",
    "import": "packages.import_",
    "ingest": "ingest.ingest",
    "export": "export.export",
    "check": "check.check",
    "factory": "factory.factory",
    "database": "database.database",
    "evidence": "evidence.evidence",
    "streams": "streams.streams",
}
"""Each command's module and its name there. It is loaded when it is called: to load all takes two seconds."""


class Commands(click.Group):
    """All commands, in the reader's language."""

    def __init__(self, language: Language) -> None:
        super().__init__("aas", help="help-aas", epilog="example-aas")
        self._language = language
        _translate(self, language)
        self.params.append(
            click.Option(
                ["--version"],
                is_flag=True,
                expose_value=False,
                callback=_version,
                is_eager=True,
                help=text("option-version", language),
            )
        )

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click asks so)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(".")
        command: click.Command = getattr(import_module(f"aas_server.cli.{module}"), name)
        for one in _all(command):
            _translate(one, self._language)
        return command


def main(arguments: list[str] | None = None) -> None:
    """Run one command and end the process with its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if not (sys.warnoptions or os.environ.get("AAS_DEBUG")):
        warnings.simplefilter("ignore")  # a library's advice to programmers, not to the reader
    language = language_of(_flag(arguments, "--lang") or locale())
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    sys.exit(_run(Commands(language), arguments, language))


def _run(command: click.Command, arguments: list[str], language: Language) -> int:
    try:
        result = command.main(arguments, prog_name="aas", standalone_mode=False, obj=language)
        return result if isinstance(result, int) else 0
    except click.exceptions.NoArgsIsHelpError as shown:
        print(shown.ctx.get_help() if shown.ctx else "", file=sys.stderr)
        return BadInput.exit_code
    except (click.Abort, KeyboardInterrupt):
        print(text("stopped", language), file=sys.stderr)
        return EXIT_STOPPED
    except Exception as error:
        if os.environ.get("AAS_DEBUG"):
            raise
        sentence, code = told(error, language)
        print(text("error-line", language, sentence=sentence), file=sys.stderr)
        if "--json" in arguments:
            Voice(language, json=True).print_json({"error": key_of(error), "message": sentence})
        return code


def _translate(one: click.Command, language: Language) -> None:
    """Put sentences in place of a command's keys, and ``--lang`` and ``--help`` on it."""
    if any("--lang" in parameter.opts for parameter in one.params):
        return
    one.params.append(
        click.Option(["--lang"], type=click.Choice(LANGUAGES), expose_value=False, help="option-lang")
    )
    one.params.append(
        click.Option(
            ["--help"], is_flag=True, expose_value=False, is_eager=True, callback=_help, help="option-help"
        )
    )
    one.add_help_option = False
    one.help = _sentence(one.help, language)
    one.short_help = None
    one.epilog = _sentence(one.epilog, language)
    for parameter in one.params:
        if isinstance(parameter, click.Option) or hasattr(parameter, "help"):
            parameter.help = _sentence(parameter.help, language)


def _sentence(key: str | None, language: Language) -> str | None:
    return text(key, language) if key is not None and key in catalogue() else key


def _all(command: click.Command) -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        for part in command.commands.values():
            yield from _all(part)


def _help(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(context.get_help())
        context.exit()


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(version("aas-data-product-server"))
        context.exit()


def _flag(arguments: list[str], name: str) -> str | None:
    for position, argument in enumerate(arguments):
        if argument == name and position + 1 < len(arguments):
            return arguments[position + 1]
        if argument.startswith(name + "="):
            return argument.partition("=")[2]
    return None
