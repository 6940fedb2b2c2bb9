"""What ``aas streams`` says to the person."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from aas_server.cli.console import Voice
from aas_server.messages import error_text, text
from aas_server.store.contract import Quarantined
from aas_server.streams.configuration.finding import Finding
from aas_server.streams.desk import Configured
from aas_server.streams.detail import Detail, unread_json
from aas_server.streams.replaying import Replay
from aas_server.streams.rows import StreamRow

_FINDINGS = 10
"""Told beside the list; all of them by ``aas streams configuration``."""


def tell_list(
    voice: Voice, rows: Sequence[StreamRow], configured: Sequence[Configured], replay: Replay | None
) -> None:
    """Every stream, what is not honoured of descriptions, and what is read again at present."""
    for row in rows:
        voice.say("streams-line", **_said(voice, row))
        if row.error is not None:
            voice.say("streams-behind", sentence=error_text(row.error, voice.language))
    if replay is not None:
        voice.say("streams-replaying", stream=replay.stream, started=replay.started)
    found = [(one.submodel, finding) for one in configured for finding in one.findings]
    if found:
        voice.say("streams-findings", count=f"{len(found):,}")
    for submodel, finding in found[:_FINDINGS]:
        voice.say("streams-finding", submodel=submodel, sentence=_sentence(voice, finding))
    if voice.json:
        voice.print_json([row.as_json() for row in rows])
    elif not rows:
        voice.say("streams-none")


def tell(voice: Voice, shown: Detail) -> None:
    """One stream: its fields, a sample, and why messages were set aside."""
    voice.say("streams-line", **_said(voice, shown.row))
    if shown.interval is not None:
        voice.say("streams-interval", interval=f"{shown.interval:g}")
    for seen in shown.fields:
        unit = seen.field.unit
        voice.say(
            "streams-field",
            name=seen.name,
            type=seen.type,
            unit=f" ({unit.symbol})" if unit else "",
            nulls=f"{seen.nulls:.0%}",
            example="–" if seen.example is None else str(seen.example)[:80],
        )
    for record in shown.sample:
        voice.say("streams-record", record=msgspec.json.encode(record).decode())
    for reason in shown.reasons:
        sentence = text(reason.key, voice.language, **reason.last.values)
        voice.say("streams-reason", count=f"{reason.count:,}", sentence=sentence)


def tell_unread(voice: Voice, found: Sequence[Quarantined]) -> None:
    """Messages that could not be read."""
    voice.say_each(
        "streams-unread",
        found,
        lambda one: unread_json(one) | {"sentence": text(one.key, voice.language, **one.values)},
    )
    if not found:
        voice.say("streams-unread-none")


def tell_configured(voice: Voice, found: Sequence[Configured]) -> None:
    """Descriptions and mappings, each with its findings."""
    for one in found:
        kind = voice.word(f"streams-kind-{one.kind}")
        voice.say("streams-configured", submodel=one.submodel, kind=kind, count=f"{one.count:,}")
        for finding in one.findings:
            voice.say("streams-record", record=_sentence(voice, finding))
    if not found:
        voice.say("streams-configured-none")


def _said(voice: Voice, row: StreamRow) -> dict[str, object]:
    told = row.as_json()
    counts = {name: f"{told[name]:,}" for name in ("messages", "records", "duplicates", "quarantined")}
    state = voice.word(f"streams-state-{row.state}")
    return told | counts | {"state": state, "last": told["last"] or "–", "lag": f"{row.lag:.1f}"}


def _sentence(voice: Voice, finding: Finding) -> str:
    return text(finding.key, voice.language, **finding.told)
