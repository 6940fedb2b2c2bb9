"""What the TimeSeries of a stream says (IDTA 02008-1-1): three kinds of segment over one store.

Pure: what the stream holds is handed in. Segments that grow are brought up to date when they are read
(``twin.series.current``), so a stored submodel needn't be written again as records come in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from basyx.aas import model

from aas_server.clock import from_ns, iso
from aas_server.messages import in_all
from aas_server.store.contract import StreamFacts
from submodels.field import Field
from submodels.time_series import CSV, PARQUET, ExternalSegment, LinkedSegment, Preview, TimeSeries

STORED, TABLE, LIVE, RECENT = "StoredRecords", "StoredTable", "LiveRecords", "RecentRecords"
"""The idShorts of the segments: Parquet, CSV, by query, the last records."""
FLUX_PATH = "/api/v2/query"
"""InfluxDB's own: Mnestix keeps nothing of an endpoint but its host."""
ORGANISATION = BUCKET = "aas"


@dataclass(frozen=True, slots=True)
class Held:
    """What a stream holds. Times are ISO 8601 UTC, empty where there are none. ``interval``: whole seconds between
    two times, where most are alike. ``pinned``: the version that the stored segments show for ever; without one
    they show the present."""

    stream: str
    topic: str
    records: int
    first: str
    last: str
    last_arrival: str
    interval: int | None = None
    pinned: int | None = None

    @staticmethod
    def of(facts: StreamFacts) -> Held:
        """What was counted while folding, nothing pinned."""
        first, last, arrival = (
            iso(from_ns(at)) if at is not None else "" for at in (facts.first, facts.last, facts.last_arrival)
        )
        return Held(facts.name, facts.topic, facts.records, first, last, arrival)


def time_series(
    id: str,
    id_short: str,
    held: Held,
    fields: Sequence[Field],
    base_url: str,
    derived: Sequence[model.SubmodelElementCollection] = (),
) -> TimeSeries:
    """The TimeSeries of a stream with these variables. ``derived``: internal segments that people made; they stay.

    To be kept with ``twin.series.sources.keep``, so that its operations and its segments know the stream.
    """
    address = f"{base_url}/streams/{quote(held.stream, safe='')}"
    if held.pinned is not None:
        address += f"/versions/{held.pinned}"
    return TimeSeries(
        id=id,
        id_short=id_short,
        name=in_all("series-name", stream=held.stream),
        description=in_all("series-description", topic=held.topic),
        fields=tuple(fields),
        external=(
            _external(held, STORED, f"{address}/records.parquet?layout=series", PARQUET),
            _external(held, TABLE, f"{address}/records.csv?layout=series", CSV),
        ),
        linked=(_linked(held, base_url),),
        internal=tuple(derived),
        preview=Preview(RECENT, in_all("series-recent"), in_all("series-recent-description")),
    )


def flux_query(stream: str) -> str:
    """The query that viewers send as it is: the BaSyx UI puts the idShort of the variable chosen in place of
    ``{{y-value}}`` and its time range in place of ``v.…``; where they stay, the endpoint takes the first variable
    and the whole time."""
    name = stream.replace("\\", "\\\\").replace('"', '\\"')
    return (
        f'from(bucket: "{BUCKET}")\n'
        "  |> range(start: v.timeRangeStart, stop: v.timeRangeStop)\n"
        f'  |> filter(fn: (r) => r._measurement == "{name}" and r._field == "{{{{y-value}}}}")\n'
        "  |> aggregateWindow(every: v.windowPeriod, fn: mean, createEmpty: false)"
    )


def duration(first: str, last: str) -> str:
    """An ISO 8601 duration in days, hours, minutes and seconds; empty without times."""
    if not first or not last:
        return ""
    span = datetime.fromisoformat(last) - datetime.fromisoformat(first)
    hours, rest = divmod(timedelta(seconds=span.seconds), timedelta(hours=1))
    minutes, seconds = divmod(rest, timedelta(minutes=1))
    fraction = f"{seconds.seconds + span.microseconds / 1e6:f}".rstrip("0").rstrip(".")
    return f"P{span.days}DT{hours}H{minutes}M{fraction}S"


def _external(held: Held, id_short: str, file: str, media_type: str) -> ExternalSegment:
    form = "Parquet" if media_type == PARQUET else "CSV"
    kind = "series-present" if held.pinned is None else "series-pinned"
    return ExternalSegment(
        id_short=id_short,
        name=in_all("series-external", form=form),
        description=in_all(kind, form=form, version=held.pinned),
        records=held.records,
        start=held.first,
        end=held.last,
        duration=duration(held.first, held.last) if held.pinned is not None else "",
        sampling_interval=held.interval,
        completed=held.pinned is not None,
        last_update=held.last_arrival,
        file=file,
        media_type=media_type,
    )


def _linked(held: Held, base_url: str) -> LinkedSegment:
    return LinkedSegment(
        id_short=LIVE,
        name=in_all("series-linked"),
        description=in_all("series-linked-description"),
        records=held.records,
        start=held.first,
        end=held.last,
        completed=False,
        last_update=held.last_arrival,
        endpoint=f"{base_url}{FLUX_PATH}?org={ORGANISATION}",
        query=flux_query(held.stream),
    )
