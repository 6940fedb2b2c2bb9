"""A message's metrics as rows of a narrow stream."""

from __future__ import annotations

from collections.abc import Mapping

from connectors import times
from connectors.flags import HISTORICAL as SENT_AS_HISTORY
from connectors.flags import IMPLAUSIBLE_TIME, RETAINED, UNREADABLE_TIME
from connectors.message import Message, Narrow, Undecodable
from connectors.sparkplug.birth import Birth, Described
from connectors.sparkplug.datatypes import MISMATCH, is_clear, read
from connectors.sparkplug.payload import HISTORICAL, NULL, TRANSIENT, Metric, Payload
from connectors.sparkplug.properties import parse, quality_flag
from connectors.sparkplug.wire import Malformed

ONLINE = "$online"
"""The tag that says whether a node, a device or a host application is there: 1 after a birth, 0 after a death."""
NOT_IN_BIRTH = "not-in-birth"
LATER_BIRTH = "alias-from-later-birth"
_MARKS = ((HISTORICAL, SENT_AS_HISTORY), (TRANSIENT, "transient"))
_MILLISECOND = 10**6
_LATEST = 2**63 // _MILLISECOND
_SHOWN = 10


def add_online(part: Narrow, online: bool, time: int | None, flags: tuple[str, ...] = ()) -> None:
    """The row that says whether the sender is there."""
    if flags:
        part.flags[len(part.times)] = flags
    part.times.append(time)
    part.tags.append(ONLINE)
    part.numbers.append(1.0 if online else 0.0)
    part.texts.append(None)


def stamp(milliseconds: int | None, arrival: int) -> tuple[int | None, str]:
    """A time in ns since 1970 UTC, and a flag where it is doubtful."""
    if not milliseconds:
        return None, ""
    if milliseconds >= _LATEST:
        return None, UNREADABLE_TIME
    time = milliseconds * _MILLISECOND
    return time, IMPLAUSIBLE_TIME if times.implausible(time, arrival) else ""


class Sampler:
    """Puts metrics into a part. ``birth``: what the sender announced, ``later``: a birth that came after the
    message and explains aliases that nobody knew at its time."""

    def __init__(self, message: Message, part: Narrow, birth: Birth | None, later: Birth | None = None) -> None:
        self._message = message
        self._part = part
        self._birth = birth
        self._aliases: Mapping[int, Described] = {} if birth is None else birth.by_alias
        self._names: Mapping[str, Described] = {} if birth is None else birth.by_name
        self._later = later
        self.unknown: list[str] = []

    def add(self, payload: Payload, flags: tuple[str, ...] = ()) -> None:
        """All metrics of a payload; ``flags`` hold for each. Raises ``Undecodable`` where one has a meaning that
        nobody told, so that the whole message waits for the birth."""
        message, part = self._message, self._part
        common = (*flags, RETAINED) if message.retain else flags
        last, time, doubt = payload.timestamp, *stamp(payload.timestamp, message.arrival)
        for metric in payload.metrics:
            told = self._aliases.get(metric.alias) if metric.name is None else None  # type: ignore[arg-type]
            if told is None:
                told, extra = self._look(metric)
                if told is None:
                    continue
            else:
                extra = ""
            own = metric.timestamp if metric.timestamp is not None else payload.timestamp
            if own != last:
                last, time, doubt = own, *stamp(own, message.arrival)
            datatype = metric.datatype or told.datatype
            if metric.marks & NULL:
                number, text, strange = None, None, ""
            else:
                number, text, strange = read(datatype, metric.kind, metric.value)
            retyped = datatype != told.datatype
            if common or extra or doubt or strange or metric.marks or metric.properties or retyped:
                found = self._doubts(metric, retyped, common, extra, doubt, strange)
                if found:
                    part.flags[len(part.times)] = found
            part.times.append(time)
            part.tags.append(told.name)
            part.numbers.append(number)
            part.texts.append(text)
        if self.unknown:
            raise self._undecodable()

    def _look(self, metric: Metric) -> tuple[Described | None, str]:
        """What is known of a metric that is not found by its alias alone, and a flag."""
        if metric.name is not None:
            name = metric.name.decode("utf-8", "backslashreplace")
            if (told := self._names.get(name)) is not None:
                return told, ""
            if (told := self._aliases.get(metric.alias)) is not None:  # type: ignore[arg-type]
                return told, ""
            if metric.datatype or is_clear(metric.kind) or metric.marks & NULL:
                return Described(name, None, metric.datatype), "" if self._birth is None else NOT_IN_BIRTH
            if self._later is not None and (told := self._later.by_name.get(name)) is not None:
                return told, LATER_BIRTH
            self.unknown.append(name)
            return None, ""
        if self._later is not None and metric.alias in self._later.by_alias:
            return self._later.by_alias[metric.alias], LATER_BIRTH
        self.unknown.append("?" if metric.alias is None else str(metric.alias))
        return None, ""

    def _doubts(
        self, metric: Metric, retyped: bool, common: tuple[str, ...], extra: str, doubt: str, strange: str
    ) -> tuple[str, ...]:
        marks = [flag for mark, flag in _MARKS if metric.marks & mark]
        quality = ""
        if metric.properties:
            try:
                quality = quality_flag(parse(metric.properties))
            except Malformed:
                quality = ""  # of a property set that can't be read the value itself is still sound
        mismatch = MISMATCH if retyped else ""
        return tuple(
            dict.fromkeys(flag for flag in (*common, extra, doubt, *marks, strange, mismatch, quality) if flag)
        )

    def _undecodable(self) -> Undecodable:
        shown = ", ".join(self.unknown[:_SHOWN]) + (" …" if len(self.unknown) > _SHOWN else "")
        return Undecodable("sparkplug-unknown-alias", topic=self._message.topic, metrics=shown)
