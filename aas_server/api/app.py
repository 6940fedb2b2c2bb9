"""The AAS API put together: a sub-application for each version, in it one router a service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from aas_server.api.address import Address
from aas_server.api.concept_descriptions import ConceptDescriptionRepository
from aas_server.api.description import SelfDescription
from aas_server.api.docs import docs_router
from aas_server.api.door import Door
from aas_server.api.errors import install_results, result_of
from aas_server.api.framework import ours
from aas_server.api.health import probe_router
from aas_server.api.history import History
from aas_server.api.hot import HotReads
from aas_server.api.lazily import Lazily
from aas_server.api.package.check import Check
from aas_server.api.package.file_server import AasxFileServer
from aas_server.api.package.serialization import SerializationService
from aas_server.api.package.upload import Upload
from aas_server.api.parameters import Paging
from aas_server.api.query import QueryService
from aas_server.api.registry.bulk import BulkOperations
from aas_server.api.registry.discovery import BasicDiscovery
from aas_server.api.registry.nested import NestedDescriptors
from aas_server.api.registry.shells import ShellRegistry
from aas_server.api.registry.submodels import SubmodelRegistry
from aas_server.api.rest import METHODS
from aas_server.api.services import Services, Version, without_newer
from aas_server.api.shell.place import NamedShell
from aas_server.api.shell.repository import AssetAdministrationShellRepository
from aas_server.api.shell.service import ShellService
from aas_server.api.shell.single import OfSingleShell, SingleShell, SingleSubmodel
from aas_server.api.submodel.place import ByShell, BySubmodel
from aas_server.api.submodel.repository import SubmodelRepository
from aas_server.api.submodel.service import SubmodelService
from aas_server.clock import SystemClock
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.twin.handles import Handles
from aas_server.twin.live import Overlay
from aas_server.twin.operations import Operations
from aas_server.twin.packages import Packages
from aas_server.twin.repository import Repository

_SUPERPATH = "/shells/{aasIdentifier}/submodels/{submodelIdentifier}"
MOUNTS: Mapping[Version, str] = {"3.1": "/api/v3.1", "3.0": "/api/v3.0"}
"""Where each version of the AAS API lies."""
_PRESENT: Version = "3.1"
"""The version most clients speak: the first of them shall not wait while its routes are laid out."""


def mount_apis(
    outer: FastAPI,
    store: Store,
    repository: Repository,
    packages: Packages,
    settings: Settings,
    operations: Operations | None = None,
) -> ASGIApp:
    """Both versions of the AAS API, from one code path and over the same services. Without ``operations`` no
    function stands behind any Operation. Returns ``outer`` with the hot reads ahead of it."""
    services = Services(
        repository=repository,
        files=store.files,
        overlay=Overlay(store),
        handles=Handles(store.catalogue, SystemClock(), settings.handle_hours, settings.handle_limit),
        operations=operations or Operations(),
        packages=packages,
        paging=Paging(settings),
        settings=settings,
        address=Address(settings),
    )
    versions = {path: replace(services, version=version) for version, path in MOUNTS.items()}
    for path, one in versions.items():
        outer.router.routes.append(Route(path, _with_slash, methods=METHODS, include_in_schema=False))
        outer.mount(path, create_api(one) if one.version == _PRESENT else Lazily(partial(create_api, one)))
    outer.router.routes.append(Route("/api/{rest:path}", _nothing, methods=METHODS, include_in_schema=False))
    return HotReads(outer, versions)


def create_api(services: Services) -> FastAPI:
    """The sub-application of one version; every error of it is a ``Result``. What is newer is not served (404)."""
    app = FastAPI(
        title="Asset Administration Shell API",
        version=_RELEASES[services.version],
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.add_middleware(Door, max_body=services.settings.max_upload)
    operations: list[Route] = []
    install_results(app, operations)
    served: set[tuple[str, str]] = set()
    name = "aas" if services.version == "3.1" else "aas-3-0"
    for router in (
        *_routers(services),
        SelfDescription(served).router(),
        docs_router(app, name, at_root=True),
        probe_router(),
    ):
        served |= {
            (method, one.path) for one in router.routes if isinstance(one, Route) for method in one.methods or ()
        }
        without_newer(router, services.version)
        operations += [one for one in router.routes if isinstance(one, Route)]
        app.include_router(router)
    return app


async def _with_slash(request: Request) -> Response:
    """On to the root of a version, where all of it is answered. Relative, so that it holds behind any proxy."""
    query = request.url.query
    name = request.url.path.rpartition("/")[2]
    return RedirectResponse(f"{name}/?{query}" if query else f"{name}/", 307)


async def _nothing(request: Request) -> Response:
    """No door below ``/api`` that is ours: programs ask there, and shall not be answered by a page."""
    return result_of(ours(request, HTTPException(404)), request.headers.get("accept-language"))


_RELEASES: Mapping[Version, str] = {"3.1": "3.1.2", "3.0": "3.0.3"}


def _routers(services: Services) -> list[APIRouter]:
    """One router a service."""
    shell = ShellService(services)
    submodel = SubmodelService(services)
    return [
        # Before what takes any last part of a path for an id.
        History(services).router(),
        AssetAdministrationShellRepository(services).router(),
        shell.router("/shells/{aasIdentifier}", "Asset Administration Shell", NamedShell()),
        submodel.router(_SUPERPATH, "Submodel of a shell", ByShell()),
        SubmodelRepository(services).router(),
        submodel.router("/submodels/{submodelIdentifier}", "Submodel", BySubmodel()),
        ConceptDescriptionRepository(services).router(),
        shell.router("/aas", "Single Asset Administration Shell", SingleShell(services)),
        submodel.router(
            "/aas/submodels/{submodelIdentifier}", "Single shell's submodels", OfSingleShell(services)
        ),
        submodel.router("/submodel", "Single Submodel", SingleSubmodel(services)),
        ShellRegistry(services).router(),
        NestedDescriptors(services).router(),
        SubmodelRegistry(services).router(),
        BasicDiscovery(services).router(),
        BulkOperations(services).router(),
        QueryService(services).router(),
        SerializationService(services).router(),
        AasxFileServer(services).router(),
        Upload(services).router(),
        Check(services).router(),
    ]
