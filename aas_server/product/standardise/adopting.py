"""A dictionary entry taken for what a field means, because a person chose it."""

from __future__ import annotations

from aas_server.errors import BadInput
from aas_server.product import fields
from aas_server.product.fields import Twin
from aas_server.standard.coverage import standing
from aas_server.standard.entry import Entry


def adopt(twin: Twin, product: str, stream: str, name: str, entry: Entry) -> int:
    """Give the field the entry's IRDI, and its definition where nobody wrote one; an entry without IRDI leaves the
    own URI and defines it. Returns 1 where that changed the field. Raises ``BadInput`` for an unknown field,
    ``NotFound`` where nothing is described yet."""
    described = fields.interfaces(twin, product).feeds
    field = next(
        (one for feed in described if feed.stream == stream for one in feed.fields if one.name == name), None
    )
    if field is None:
        raise BadInput("field-unknown", stream=stream, name=name)
    edit = {"stream": stream, "name": name}
    if entry.irdi:
        edit["semanticId"] = entry.irdi
    if standing(field) == "open":
        edit |= {f"definition_{language}": entry.definition.get(language, "") for language in ("ko", "en")}
    return fields.change(twin, product, [edit])
