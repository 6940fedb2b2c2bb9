"""Flux by recursive descent: pipelines of calls with named arguments, and predicates."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from aas_server.errors import BadInput
from aas_server.product.series.flux.lexing import Token, tokens
from aas_server.product.series.flux.syntax import (
    Call,
    Compared,
    Denied,
    Duration,
    Exists,
    Expression,
    Function,
    Joined,
    Name,
    Pattern,
    Pipeline,
)

LONGEST = 64 * 1024
"""Characters; what viewers send has a few hundred."""
_DEEPEST = 40
_MOST_TOKENS = 5000
_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_UNITS |= {"d": 24 * _UNITS["h"], "w": 7 * 24 * _UNITS["h"]}
_PART = re.compile(r"(\d+)(mo|ms|us|µs|ns|y|w|d|h|m|s)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_LARGEST = 2**62


def parse(query: str) -> tuple[Pipeline, ...]:
    """The pipelines of a query. Raises ``BadInput`` that names the line, or what is not understood here."""
    if len(query) > LONGEST:
        raise BadInput("flux-long", most=LONGEST)
    found: list[Token] = []
    for token in tokens(query):
        found.append(token)
        if len(found) > _MOST_TOKENS:
            raise BadInput("flux-long", most=LONGEST)
    return _Parser(found).file()


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._at = 0
        self._depth = 0

    def file(self) -> tuple[Pipeline, ...]:
        pipelines: list[Pipeline] = []
        while self._next.kind != "end":
            if self._takes("import"):
                self._take("string")
                continue
            pipelines.append(self._pipeline())
        if not pipelines:
            raise self._unexpected()
        return tuple(pipelines)

    def _pipeline(self) -> Pipeline:
        calls = [self._call()]
        while self._takes("|>"):
            calls.append(self._call())
        return Pipeline(tuple(calls))

    def _call(self) -> Call:
        name = self._name()
        if self._next.text == "=":
            raise BadInput("flux-unsupported", name=f"{name} =", line=self._next.line)
        return self._called(name)

    def _called(self, name: Name) -> Call:
        self._take("sign", "(")
        arguments: dict[str, Expression] = {}
        while not self._takes(")"):
            key = self._take("name").text
            self._take("sign", ":")
            arguments[key] = self._expression()
            if not self._takes(","):
                self._take("sign", ")")
                break
        return Call(str(name), arguments)

    def _expression(self) -> Expression:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise BadInput("flux-deep", most=_DEEPEST)
        try:
            return self._joined("or", lambda: self._joined("and", self._denied))
        finally:
            self._depth -= 1

    def _joined(self, op: str, part: Callable[[], Expression]) -> Expression:
        parts = [part()]
        while self._takes(op):
            parts.append(part())
        return parts[0] if len(parts) == 1 else Joined(op, tuple(parts))

    def _denied(self) -> Expression:
        denials = 0
        while self._takes("not"):
            denials += 1
        if self._takes("exists"):
            found: Expression = Exists(self._name())
        else:
            found = self._compared()
        return Denied(found) if denials % 2 else found

    def _compared(self) -> Expression:
        left = self._value()
        op = self._next.text
        if self._next.kind == "sign" and op in ("==", "!=", "<", "<=", ">", ">=", "=~", "!~"):
            self._at += 1
            return Compared(op, left, self._value())
        return left

    def _value(self) -> Expression:
        token = self._next
        if token.kind == "sign":
            return self._grouped(token)
        if token.kind == "name":
            return self._named()
        self._at += 1
        match token.kind:
            case "string":
                return _text(token)
            case "int":
                return self._bounded(int(token.text[:30]))
            case "float":
                return float(token.text)
            case "duration":
                return self._duration(token.text)
            case "time":
                return self._time(token)
            case "regex":
                return Pattern(token.text)
        self._at -= 1
        raise self._unexpected()

    def _grouped(self, token: Token) -> Expression:
        if self._takes("-"):
            if self._next.kind == "sign":
                raise self._unexpected()
            return self._negated(self._value())
        if self._takes("["):
            return self._list()
        if token.text == "(":
            if self._is_function():
                self._at += 1
                parameter = self._take("name").text
                self._take("sign", ")")
                self._take("sign", "=>")
                return Function(parameter, self._expression())
            self._at += 1
            inside = self._expression()
            self._take("sign", ")")
            return inside
        raise self._unexpected()

    def _negated(self, value: Expression) -> Expression:
        if isinstance(value, Duration):
            return value.negated()
        if isinstance(value, int | float) and not isinstance(value, bool):
            return -value
        raise self._unexpected()

    def _list(self) -> Expression:
        found: list[Expression] = []
        while not self._takes("]"):
            found.append(self._expression())
            if not self._takes(","):
                self._take("sign", "]")
                break
        return tuple(found)

    def _named(self) -> Expression:
        if self._next.text in ("true", "false"):
            self._at += 1
            return self._tokens[self._at - 1].text == "true"
        name = self._name()
        return self._called(name) if self._next.text == "(" and self._next.kind == "sign" else name

    def _name(self) -> Name:
        parts = [self._take("name").text]
        while True:
            if self._takes("."):
                parts.append(self._take("name").text)
            elif self._next.kind == "sign" and self._next.text == "[" and len(parts) == 1:
                self._at += 1
                parts.append(_text(self._take("string")))
                self._take("sign", "]")
            else:
                return Name(tuple(parts))

    def _is_function(self) -> bool:
        ahead = [token.text for token in self._tokens[self._at : self._at + 4]]
        return len(ahead) == 4 and ahead[2] == ")" and ahead[3] == "=>"

    def _duration(self, text: str) -> Duration:
        months = nanoseconds = 0
        for count, unit in _PART.findall(text):
            number = self._bounded(int(count[:30]))
            if unit in ("mo", "y"):
                months += number * (12 if unit == "y" else 1)
            else:
                nanoseconds += number * _UNITS[unit]
        return Duration(self._bounded(months), self._bounded(nanoseconds))

    def _time(self, token: Token) -> datetime:
        try:
            moment = datetime.fromisoformat(token.text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise BadInput("flux-time-wrong", given=token.text, line=token.line) from None

    def _bounded(self, number: int) -> int:
        if abs(number) > _LARGEST:
            raise self._unexpected()
        return number

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _takes(self, text: str) -> bool:
        """Step over a sign or word, if it comes next."""
        if self._next.kind in ("sign", "name") and self._next.text == text:
            self._at += 1
            return True
        return False

    def _take(self, kind: str, text: str | None = None) -> Token:
        token = self._next
        if token.kind != kind or (text is not None and token.text != text):
            raise self._unexpected()
        self._at += 1
        return token

    def _unexpected(self) -> BadInput:
        token = self._next
        return BadInput("flux-unexpected", line=token.line, found=token.text[:40] or "∅")


def _text(token: Token) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), token.text[1:-1], flags=re.DOTALL)
