"""The files that documents name: a shell's thumbnail, and every ``File`` element wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aas_server.store.contract import Kind
from aas_server.twin.elements import VARIABLES, join, steps_of
from aas_server.twin.plain import Json

THUMBNAIL = "thumbnail"
"""The path under which a shell's thumbnail is attached."""
_UNKNOWN = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Named:
    """A file that a document names. ``path`` is the attachment's: an idShort path, or ``thumbnail``; what stands
    in an operation's variable has no idShort path and is called ``Start.inputVariables[0]``. ``holder[key]`` says
    where the file lies: a path in the package, or a URL."""

    path: str
    holder: Json
    key: str

    @property
    def value(self) -> str:
        value: str = self.holder.get(self.key) or ""
        return value

    def lead_to(self, value: str) -> None:
        """Write another place into the document."""
        self.holder[self.key] = value

    @property
    def media_type(self) -> str:
        media_type: str = self.holder.get("contentType") or _UNKNOWN
        return media_type

    @property
    def elsewhere(self) -> bool:
        """Whether it is a URL that leads out of the package."""
        return "://" in self.value and not self.value.startswith("file:///")


def named(kind: Kind, document: Json) -> Iterator[Named]:
    """Every place of a document that can name a file, also those that name none yet."""
    if kind == "shell":
        thumbnail = document["assetInformation"].get("defaultThumbnail")
        if thumbnail is not None:
            yield Named(THUMBNAIL, thumbnail, "path")
    elif kind == "submodel":
        yield from _below(document, "")


def _below(element: Json, path: str) -> Iterator[Named]:
    for step, child in steps_of(element):
        yield from _element(child, join(path, step))
    for role in VARIABLES if element["modelType"] == "Operation" else ():
        for index, variable in enumerate(element.get(role, ())):
            yield from _element(variable["value"], join(join(path, role), index))


def _element(element: Json, path: str) -> Iterator[Named]:
    if element["modelType"] == "File":
        yield Named(path, element, "value")
    else:
        yield from _below(element, path)
