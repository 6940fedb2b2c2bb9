"""A pipeline as what has to be read and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from aas_server.clock import us
from aas_server.errors import BadInput
from aas_server.product.series.flux.predicates import conjuncts, is_of_record
from aas_server.product.series.flux.syntax import Call, Duration, Expression, Name, Pipeline
from aas_server.store.series import Method

FUNCTIONS: Final[Mapping[str, Method]] = {
    "mean": "mean", "min": "min", "max": "max", "sum": "sum", "count": "count", "first": "first", "last": "last",
}  # fmt: skip
AUTO: Final = 0
"""The period of windows that the server chooses: ``v.windowPeriod`` where no viewer put one."""
_ARGUMENTS: Mapping[str, frozenset[str]] = {
    "from": frozenset({"bucket", "bucketID"}),
    "buckets": frozenset(),
    "range": frozenset({"start", "stop"}),
    "filter": frozenset({"fn", "onEmpty"}),
    "aggregateWindow": frozenset({"every", "fn", "createEmpty", "timeSrc", "column"}),
    "window": frozenset({"every", "createEmpty"}),
    "duplicate": frozenset({"column", "as"}),
    "limit": frozenset({"n", "offset"}),
    "tail": frozenset({"n", "offset"}),
    "sort": frozenset({"columns", "desc"}),
    "keep": frozenset({"columns"}),
    "drop": frozenset({"columns"}),
    "group": frozenset({"columns", "mode"}),
    "pivot": frozenset({"rowKey", "columnKey", "valueColumn"}),
    "yield": frozenset({"name"}),
    **{name: frozenset({"column"}) for name in FUNCTIONS},
}


@dataclass(frozen=True, slots=True)
class Window:
    """Every ``every`` µs (``AUTO``: as the server likes) one value made by ``method``."""

    every: int
    method: Method
    empty: bool
    at_start: bool


@dataclass(slots=True)
class Plan:
    """``start`` (included) and ``stop`` (not) in µs, ``None`` where a viewer left them open. ``predicates`` hold
    of the series, ``records`` of each record, ``after`` is done with the series in that order."""

    start: int | None = None
    stop: int | None = None
    predicates: list[Expression] = field(default_factory=list)
    records: list[Expression] = field(default_factory=list)
    window: Window | None = None
    whole: Method | None = None
    after: list[Call] = field(default_factory=list)
    name: str = "_result"


def plan(pipeline: Pipeline, now: datetime) -> Plan:
    """Raises ``BadInput`` that names what is not understood here."""
    first, *calls = pipeline.calls
    for call in pipeline.calls:
        _check(call)
    if first.name != "from":
        raise BadInput("flux-begins-wrong", name=first.name)
    made = Plan()
    waiting: int | None = None
    for call in calls:
        if waiting is not None and call.name not in FUNCTIONS:
            raise BadInput("flux-order", name="window", before=call.name)
        match call.name:
            case "from" | "buckets":
                raise BadInput("flux-begins-wrong", name=call.name)
            case "range":
                _range(made, call, now)
            case "filter":
                _filter(made, call)
            case "window" if call.arguments.get("every") == Name(("inf",)):
                continue
            case "window":
                waiting = _every(call, made)
            case "aggregateWindow":
                made.window = _window(call, made)
            case name if name in FUNCTIONS:
                _aggregate(made, call, waiting)
                waiting = None
            case "yield":
                made.name = _text(call, "name", "_result")
            case "duplicate":
                continue
            case _:
                made.after.append(call)
    if waiting is not None:
        raise BadInput("flux-order", name="window", before="∅")
    return made


def number(call: Call, name: str, usual: int | None = None) -> int:
    """A whole number that an argument gives."""
    given = call.arguments.get(name, usual)
    if not isinstance(given, int) or isinstance(given, bool) or given < 0:
        raise BadInput("flux-argument-wrong", name=call.name, argument=name)
    return given


def texts(call: Call, name: str) -> tuple[str, ...]:
    """The texts that an argument lists; none where it is left out."""
    given = call.arguments.get(name, ())
    if not isinstance(given, tuple) or not all(isinstance(one, str) for one in given):
        raise BadInput("flux-argument-wrong", name=call.name, argument=name)
    return tuple(one for one in given if isinstance(one, str))


def flag(call: Call, name: str, usual: bool) -> bool:
    """A truth value that an argument gives."""
    given = call.arguments.get(name, usual)
    if not isinstance(given, bool):
        raise BadInput("flux-argument-wrong", name=call.name, argument=name)
    return given


def _check(call: Call) -> None:
    if call.name not in _ARGUMENTS:
        raise BadInput("flux-unsupported", name=call.name)
    for name in call.arguments:
        if name not in _ARGUMENTS[call.name]:
            raise BadInput("flux-unsupported", name=f"{call.name}({name}: …)")


def _range(made: Plan, call: Call, now: datetime) -> None:
    if made.window or made.whole or made.after:
        raise BadInput("flux-order", name="range", before="filter")
    if "start" not in call.arguments:
        raise BadInput("flux-argument-wrong", name="range", argument="start")
    start = _moment(call, "start", now)
    # Without a stop InfluxDB ends now; where a viewer left its own variable there, nothing is cut off.
    stop = _moment(call, "stop", now) if "stop" in call.arguments else us(now)
    made.start = start if made.start is None else max(made.start, start or made.start)
    made.stop = stop if made.stop is None else min(made.stop, stop or made.stop)
    if made.start is not None and made.stop is not None and made.start >= made.stop:
        raise BadInput("flux-range-empty")


def _filter(made: Plan, call: Call) -> None:
    for part in conjuncts(call.arguments.get("fn", "")):
        if made.window or made.whole or made.after:
            made.after.append(Call("filter", {"fn": part}))
        elif is_of_record(part):
            made.records.append(part)
        else:
            made.predicates.append(part)


def _window(call: Call, made: Plan) -> Window:
    function = call.arguments.get("fn")
    if not isinstance(function, Name) or str(function) not in FUNCTIONS:
        told = str(function) if isinstance(function, Name) else "fn"
        raise BadInput("flux-unsupported", name=f"aggregateWindow(fn: {told})")
    source = _text(call, "timeSrc", "_stop")
    if source not in ("_stop", "_start"):
        raise BadInput("flux-argument-wrong", name="aggregateWindow", argument="timeSrc")
    method = FUNCTIONS[str(function)]
    empty = flag(call, "createEmpty", True) and method in ("mean", "sum", "count")
    return Window(_every(call, made), method, empty, source == "_start")


def _aggregate(made: Plan, call: Call, window: int | None) -> None:
    if window is not None:
        made.window = Window(window, FUNCTIONS[call.name], False, False)
    elif made.window or made.whole or made.after or made.records:
        made.after.append(call)
    else:
        made.whole = FUNCTIONS[call.name]


def _every(call: Call, made: Plan) -> int:
    if made.window or made.whole or made.after or made.records:
        raise BadInput("flux-order", name=call.name, before="filter")
    given = call.arguments.get("every")
    if given == Name(("v", "windowPeriod")):
        return AUTO
    if not isinstance(given, Duration) or given.months or given.nanoseconds < 1000:
        raise BadInput("flux-argument-wrong", name=call.name, argument="every")
    return given.nanoseconds // 1000


def _moment(call: Call, name: str, now: datetime) -> int | None:
    match call.arguments.get(name):
        case Name(parts=("v", _)):
            return None
        case Duration() as span:
            return us(_later(now, span.months)) + span.nanoseconds // 1000
        case datetime() as moment:
            return us(moment)
        case int() as seconds if not isinstance(seconds, bool) and abs(seconds) < 10**11:
            return seconds * 10**6
        case Call(name="now", arguments={}):
            return us(now)
        case Call(name="time", arguments={"v": str() as text}):
            try:
                moment = datetime.fromisoformat(text)
            except ValueError:
                raise BadInput("flux-time-wrong", given=text, line=0) from None
            return us(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    raise BadInput("flux-argument-wrong", name=call.name, argument=name)


def _later(moment: datetime, months: int) -> datetime:
    """So many calendar months later; where that month is shorter, its last day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    if not 1 <= year <= 9998:
        raise BadInput("flux-argument-wrong", name="range", argument="start")
    last = (datetime(year + month // 11, (month + 1) % 12 + 1, 1, tzinfo=UTC) - timedelta(days=1)).day
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def _text(call: Call, name: str, usual: str) -> str:
    given = call.arguments.get(name, usual)
    if not isinstance(given, str):
        raise BadInput("flux-argument-wrong", name=call.name, argument=name)
    return given
