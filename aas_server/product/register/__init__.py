"""Step 7: register. Terms and dates go into the shell, the shell into a package, the package to the library."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from aas_server.product import folder as folders
from aas_server.product.quality.earlier import figures_of
from aas_server.product.recipe import keeping
from aas_server.product.recipe.fault import Fault, in_recipe
from aas_server.product.register import bundle, listing, record, terms
from aas_server.product.register.record import PACKAGE, Papers
from aas_server.product.register.registration import kept_until, registration
from aas_server.product.work import COST_BOOK, Registered, Released, Trained, Work
from submodels import licensing
from submodels import registration as registration_submodel
from submodels.data_quality import DataQuality
from submodels.pricing import Pricing
from submodels.use_cases import UseCases


def check(work: Work) -> None:
    """Raises ``BadInput`` with the recipe's line where its terms break a rule: asked before anything is made."""
    try:
        terms.licensing(work.recipe, work.names, work.recipe.id)
        kept_until(work.clock.now().date(), work.recipe.kept_years)
    except Fault as fault:
        raise in_recipe(fault, keeping.place(work.store.folder, work.recipe.id)) from None


def run(
    work: Work, trained: Trained, used: UseCases, released: Released, verified: DataQuality, priced: Pricing
) -> Registered:
    """Register a release, or register it anew (new price, new terms): then its dates stay.

    Leaves the AASX, the listing in the catalogue, the package in our own library and the hand-in bundle. Raises
    ``BadInput`` where the terms or the listing break a rule; then nothing of it is there.
    """
    known = listing.find(work.store.catalogue, work.names.listing(released.id))
    papers = Papers(
        trained=trained,
        used=used,
        released=released,
        verified=verified,
        figures=figures_of(work.store.folder, work.recipe.id, released, verified),
        priced=priced,
        licensing=terms.licensing(work.recipe, work.names, released.id),
        registration=registration(work, released, listing.dates(known)),
    )
    work.twin.put(work.recipe.id, licensing.to_submodel(papers.licensing))
    work.twin.put(work.recipe.id, registration_submodel.to_submodel(papers.registration))
    work.progress("register", 1, 3)
    return _hand_in(work, papers)


def _hand_in(work: Work, papers: Papers) -> Registered:
    home, release = work.store.folder / "products" / work.recipe.id, papers.released.id
    target = home / "hand-in" / release
    with folders.whole(target) as folder:
        package = folder / PACKAGE
        work.twin.export(work.recipe.id, package)
        work.progress("register", 2, 3)
        filled = record.fill(work, papers, package)
        listing.check(filled)
        bundle.write(folder, papers, filled, work.recipe.owner.company, work.settings.zone)
        if (work.folder / COST_BOOK).is_file():
            shutil.copyfile(work.folder / COST_BOOK, folder / COST_BOOK)
        _keep_package(work, papers, package)
    aasx = home / f"{release}.aasx"
    folders.copy(target / PACKAGE, aasx)
    listing.put(work.store.catalogue, filled)
    return Registered(papers.registration, aasx, filled["package"]["sha256"], target, papers.licensing)


def _keep_package(work: Work, papers: Papers, package: Path) -> None:
    known = papers.registration
    until = date.fromisoformat(known.kept_until)
    shell = work.names.shell(work.recipe.id)
    work.packages.put(known.listing, [shell], f"{known.release}.aasx", package, kept_until=until)
