"""A shell's references to its submodels (IDTA-01002, ``…/submodel-refs``)."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from aas_server import ids
from aas_server.api import answers
from aas_server.api.bodies import JsonBody, json_object, json_schema
from aas_server.api.conditions import ConditionsParameter
from aas_server.api.parameters import CursorParameter, LimitParameter, SubmodelIdentifier
from aas_server.api.services import routes
from aas_server.api.shell.place import ShellAccess
from aas_server.api.writing import CREATED, DONE, created, done
from aas_server.errors import Conflict, NotFound
from aas_server.twin.metamodel import Verified
from aas_server.twin.plain import Json
from aas_server.twin.references import submodel_ids

_PATH = "/submodel-refs"


class SubmodelReferences:
    """Operations on one shell's references."""

    def __init__(self, access: ShellAccess) -> None:
        self._access = access
        self._max_depth = access.services.settings.max_json_depth

    def add_to(self, router: APIRouter) -> None:
        """Add the operations that IDTA-01002 knows at the router's prefix."""
        routes(router, ("GET", _PATH, self.get_all_submodel_references))
        reference = json_schema("Reference")
        routes(router, ("POST", _PATH, self.post_submodel_reference), responses=CREATED, body=reference)
        one = f"{_PATH}/{{submodelIdentifier}}"
        routes(router, ("DELETE", one, self.delete_submodel_reference), responses=DONE)

    async def get_all_submodel_references(
        self, request: Request, limit: LimitParameter = None, cursor: CursorParameter = None
    ) -> Response:
        """References to the shell's submodels, in its order."""
        shell = answers.decoded((await self._access.stored(request)).body)
        references = [(one["keys"][0]["value"], one) for one in shell.get("submodels", ())]
        shown, following = answers.cut_page(references, self._access.services.paging.limit(limit), cursor)
        return answers.page_of(shown, following)

    async def post_submodel_reference(
        self, request: Request, body: JsonBody, conditions: ConditionsParameter
    ) -> Response:
        """Refer to a further submodel; 409 where the shell refers to it already."""
        reference = json_object(body, "Reference", self._max_depth)

        def edit(shell: Json) -> None:
            shell["submodels"] = [*shell.get("submodels", ()), reference]

        def check(shell: Verified) -> None:
            # Compared after the metamodel's check: only then is the reference sure to have a key.
            *others, added = submodel_ids(answers.decoded(shell.body))
            if added in others:
                raise Conflict("submodel-ref-exists", shell=shell.id, submodel=added)

        changed = await self._access.change(request, conditions, edit, check)
        assert changed.document is not None
        added = answers.decoded(changed.document.body)["submodels"][-1]
        path = request.url.path.rstrip("/").removeprefix(request.scope.get("root_path", ""))
        location = self._access.services.address.url(request, f"{path}/{ids.encode(added['keys'][0]['value'])}")
        return created(msgspec.json.encode(added), location, changed.etag)

    async def delete_submodel_reference(
        self, request: Request, submodelIdentifier: SubmodelIdentifier, conditions: ConditionsParameter
    ) -> Response:
        """Take a reference out; the submodel stays. 404 where the shell has none to it."""
        submodel = ids.decode(submodelIdentifier)

        def edit(shell: Json) -> None:
            kept = [one for one in shell.get("submodels", ()) if one["keys"][0]["value"] != submodel]
            if len(kept) == len(shell.get("submodels", ())):
                raise NotFound("submodel-ref-missing", shell=shell["id"], submodel=submodel)
            shell["submodels"] = kept
            if not kept:
                del shell["submodels"]

        return done((await self._access.change(request, conditions, edit)).etag)
