"""Step 1 of the call: everything published is stored, pinned, counted and described in the shell."""

from __future__ import annotations

from aas_server.errors import BadInput
from aas_server.ingest.service import catch_up
from aas_server.product.collect import counting, describing, shell
from aas_server.product.collect.counting import Counted
from aas_server.product.work import Collected, CollectedStream, Work


def run(work: Work) -> Collected:
    """Pin the recipe's streams as they are now and leave TimeSeries, OperationalData, AssetInterfacesDescription
    with its mapping, Identification, ContactInformation and TechnicalData in the twin.

    Raises ``NotFound`` for a stream without records, ``BadInput`` where the recipe's time column is missing or
    bears no times.
    """
    collected, counts = gather(work)
    shell.describe(work, collected, counts)
    work.progress("collect", len(collected.streams), len(collected.streams))
    return collected


def gather(work: Work) -> tuple[Collected, dict[str, Counted]]:
    """As ``run``, but leave nothing in the twin; beside it the counts of each stream."""
    if not work.recipe.streams:
        raise BadInput("collect-no-stream", product=work.recipe.id)
    catch_up(work.store, work.settings)
    known = describing.known_fields(work)
    streams: list[CollectedStream] = []
    counts: dict[str, Counted] = {}
    for number, name in enumerate(work.recipe.streams):
        work.progress("collect", number, len(work.recipe.streams))
        counted = counts[name] = counting.count(work.store, name, work.folder / "spill")
        if number == 0:
            _check_time(work, counted)
        streams.append(_stream(counted, describing.fields(work, counted, known.get(name, ()))))
    journal = work.store.journal
    collected = Collected(
        main=streams[0],
        companions=tuple(streams[1:]),
        redelivered=journal.redelivered(),
        quarantined=journal.quarantined_count(),
    )
    return collected, counts


def _stream(counted: Counted, fields: describing.Fields) -> CollectedStream:
    facts = counted.facts
    return CollectedStream(
        name=facts.name,
        topic=facts.topic,
        source=facts.source,
        shape=facts.shape,
        pin=counted.pin,
        paths=counted.paths,
        columns=counted.columns,
        messages=counted.messages,
        records=counted.pin.records,
        repeated=counted.repeated,
        flagged=counted.flagged,
        first=counted.first,
        last=counted.last,
        fields=fields,
    )


def _check_time(work: Work, main: Counted) -> None:
    column = describing.time_column(work.recipe, main.columns)
    if column is None:
        return
    if column not in main.columns:
        raise BadInput(
            "collect-time-column-missing",
            column=column,
            stream=main.facts.name,
            known=", ".join(main.columns),
        )
    if main.first is None:
        raise BadInput("collect-time-column-without-times", column=column, stream=main.facts.name)
