"""OperationalData (KOSMO): the live values, a collection per stream and a property per field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from basyx.aas import model

from submodels import elements, fields, reading
from submodels.field import Field

KIND = "OperationalData"


@dataclass(frozen=True, slots=True)
class OperationalData:
    """One property per field and stream; ``values`` are the stored ones by stream and idShort, as text (live ones
    are laid over at reading)."""

    id: str
    streams: Mapping[str, tuple[Field, ...]]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def stream_id_short(stream: str) -> str:
    """A stream's idShort. Stream names are ASCII letters, digits, ``-`` and ``_``; metamodel 3.0 knows no ``-`` in
    an idShort, so it becomes ``_``; a name of one letter, which 3.1 does not allow, or with no letter in front
    gets ``x_`` there."""
    legal = stream.replace("-", "_")
    return legal if legal[:1].isalpha() and len(legal) > 1 else f"x_{legal}"


def path_of(stream: str, field: Field) -> str:
    """The idShort path of a field's live value: ``stream_id_short.FieldIdShort``."""
    return f"{stream_id_short(stream)}.{field.id_short}"


def to_submodel(data: OperationalData) -> model.Submodel:
    """Values that the field's type can't hold raise ``ValueError``."""
    streams = {
        stream_id_short(stream): {
            **{
                one.id_short: fields.property_of(one, data.values.get(stream, {}).get(one.id_short))
                for one in described
            },
            elements.EXTENSIONS: {"stream": stream},
        }
        for stream, described in data.streams.items()
    }
    return elements.submodel(KIND, data.id, streams)


def from_submodel(submodel: model.Submodel) -> OperationalData:
    streams: dict[str, tuple[Field, ...]] = {}
    values: dict[str, dict[str, str]] = {}
    for id_short, said in reading.values_of(submodel, KIND).items():
        stream = said.get(elements.EXTENSIONS, {}).get("stream", id_short)
        properties = [one for one in said.values() if isinstance(one, model.Property)]
        streams[stream] = tuple(fields.field_of(one) for one in properties)
        held = {str(one.id_short): _as_text(one) for one in properties if one.value is not None}
        if held:
            values[stream] = held
    return OperationalData(submodel.id, streams, values)


def _as_text(one: model.Property) -> str:
    value = reading.plain(one.value)
    return str(value).lower() if isinstance(value, bool) else str(value)
