"""The product's shell, as the steps of the product line see it: synchronous, one transaction a call."""

from __future__ import annotations

import io
import mimetypes
from collections.abc import Coroutine, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

import msgspec
from basyx.aas import model
from basyx.aas.adapter.json import AASToJsonEncoder, read_aas_json_file
from basyx.aas.model.concept import ConceptDescription

from aas_server.errors import BadInput, NotFound
from aas_server.ids import Names, id_short, slug
from aas_server.store.contract import Files
from aas_server.twin.elements import find
from aas_server.twin.live import Overlay
from aas_server.twin.metamodel import Verified, decode, verified
from aas_server.twin.package.environment.writing import Metamodel
from aas_server.twin.package.export import export
from aas_server.twin.plain import Json
from aas_server.twin.references import submodel_ids
from aas_server.twin.repository import Attachment, Bundle, Repository, put_into
from aas_server.twin.views import reference

Result = TypeVar("Result")


class Run(Protocol):
    """Runs a coroutine from a worker thread and waits for its result."""

    def __call__(self, work: Coroutine[Any, Any, Result], /) -> Result: ...


class Shelf:
    """Keeps a product's submodels. Made for worker threads: ``run`` must not be called on its own event loop."""

    def __init__(self, repository: Repository, files: Files, names: Names, run: Run) -> None:
        self._repository = repository
        self._files = files
        self._overlay = Overlay(repository.store)
        self._names = names
        self._run = run

    def put(self, product: str, submodel: model.Submodel, files: Mapping[str, Path] | None = None) -> None:
        """Store a submodel and refer to it from the product's shell, which is made where it is missing. ``files``
        maps a File element's idShort path to its file. The same again writes nothing.

        Raises ``BadInput`` (``document-invalid``) with path and constraint, or where a path leads to no File.
        """
        plain = decode(_json(submodel))
        attachments = [self._attached(plain, path, file) for path, file in (files or {}).items()]
        self._run(self._put(product, [verified("submodel", plain)], attachments))

    def put_all(self, product: str, submodels: Iterable[model.Submodel]) -> None:
        """Like ``put``, for several without files, in one transaction."""
        documents = [verified("submodel", decode(_json(submodel))) for submodel in submodels]
        self._run(self._put(product, documents, []))

    def put_concepts(self, concepts: Iterable[ConceptDescription]) -> None:
        """Store concept descriptions, all or none. Raises ``BadInput``."""
        documents = tuple(verified("concept-description", decode(_json(concept))) for concept in concepts)
        self._run(self._repository.put_all(Bundle(documents)))

    def read(self, product: str, kind: str) -> model.Submodel | None:
        """The stored submodel by its idShort, or ``None``."""
        try:
            document = self._run(self._repository.get("submodel", self._names.submodel(product, kind)))
        except NotFound:
            return None
        text = io.StringIO(f'{{"submodels":[{document.body.decode()}]}}')
        return cast(model.Submodel, next(iter(read_aas_json_file(text, failsafe=False))))

    def export(self, product: str, target: Path, metamodel: str = "3.0") -> None:
        """Write the shell with all it refers to as AASX (XML inside), whole or not at all."""
        if metamodel not in ("3.0", "3.1"):
            raise BadInput("metamodel-unknown", metamodel=metamodel)
        shells = [self._names.shell(product)]
        self._run(export(self._repository, self._overlay, shells, target, cast(Metamodel, metamodel)))

    async def _put(self, product: str, submodels: list[Verified], attachments: list[Attachment]) -> None:
        known: set[Attachment] = set()
        for id in {attachment.owner for attachment in attachments}:
            there = await self._repository.attachments(id)
            known |= {Attachment(id, path, *attachment) for path, attachment in there.items()}
        async with self._repository.write() as transaction:
            # The shell is read while we hold the write lock, so that no reference put beside us is lost.
            shell = await self._shell(product, [one.id for one in submodels])
            await put_into(transaction, Bundle((*submodels, shell), attachments), known)

    async def _shell(self, product: str, submodels: list[str]) -> Verified:
        id = self._names.shell(product)
        try:
            plain: Json = msgspec.json.decode((await self._repository.get("shell", id)).body)
        except NotFound:
            information = {"assetKind": "Instance", "globalAssetId": self._names.asset(product)}
            plain = {"modelType": "AssetAdministrationShell", "id": id, "idShort": id_short(product)}
            plain["assetInformation"] = information
        there = set(submodel_ids(plain))
        added = [reference(one) for one in submodels if one not in there]
        if added:
            plain["submodels"] = [*plain.get("submodels", ()), *added]
        return verified("shell", plain)

    def _attached(self, submodel: Json, path: str, file: Path) -> Attachment:
        element = find(submodel, path)
        if element["modelType"] != "File":
            raise BadInput("attachment-no-file", path=path, submodel=submodel["id"])
        if "value" not in element:
            element["value"] = (
                f"/aasx/files/{slug(submodel.get('idShort', 'submodel'))}/{slug(file.stem)}{file.suffix}"
            )
        guessed = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        media_type = element.setdefault("contentType", guessed)
        return Attachment(submodel["id"], path, media_type, self._files.add(file))


def _json(referable: model.Referable) -> bytes:
    return AASToJsonEncoder().encode(referable).encode()
