"""The AAS API V3.1 put together: one sub-application, one router a service."""

from __future__ import annotations

from fastapi import FastAPI

from aas_server.api.address import Address
from aas_server.api.concept_descriptions import ConceptDescriptionRepository
from aas_server.api.description import SelfDescription
from aas_server.api.docs import docs_router
from aas_server.api.door import Door
from aas_server.api.errors import install_results
from aas_server.api.packages import AasxFileServer
from aas_server.api.parameters import Paging
from aas_server.api.place import ByShell, BySubmodel
from aas_server.api.serialization import SerializationService
from aas_server.api.services import Services
from aas_server.api.shell import ShellService
from aas_server.api.shell_place import NamedShell
from aas_server.api.shells import AssetAdministrationShellRepository
from aas_server.api.submodel import SubmodelService
from aas_server.api.submodels import SubmodelRepository
from aas_server.api.upload import Upload
from aas_server.clock import SystemClock
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.twin.handles import Handles
from aas_server.twin.live import Overlay
from aas_server.twin.packages import Packages
from aas_server.twin.repository import Repository

_SUPERPATH = "/shells/{aasIdentifier}/submodels/{submodelIdentifier}"


def create_api(store: Store, repository: Repository, packages: Packages, settings: Settings) -> FastAPI:
    """The sub-application for ``/api/v3.1``; every error of it is a ``Result``."""
    services = Services(
        repository=repository,
        files=store.files,
        overlay=Overlay(store),
        handles=Handles(store.catalogue, SystemClock(), settings.handle_hours, settings.handle_limit),
        packages=packages,
        paging=Paging(settings),
        settings=settings,
        address=Address(settings),
    )
    app = FastAPI(
        title="Asset Administration Shell API",
        version="3.1.2",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.add_middleware(Door, max_body=settings.max_upload)
    install_results(app)
    shell = ShellService(services)
    submodel = SubmodelService(services)
    for router in (
        AssetAdministrationShellRepository(services).router(),
        shell.router("/shells/{aasIdentifier}", "Asset Administration Shell", NamedShell()),
        submodel.router(_SUPERPATH, "Submodel of a shell", ByShell()),
        SubmodelRepository(services).router(),
        submodel.router("/submodels/{submodelIdentifier}", "Submodel", BySubmodel()),
        ConceptDescriptionRepository(services).router(),
        SerializationService(services).router(),
        AasxFileServer(services).router(),
        Upload(services).router(),
        SelfDescription().router(),
        docs_router(app, "aas", at_root=True),
    ):
        app.include_router(router)
    return app
