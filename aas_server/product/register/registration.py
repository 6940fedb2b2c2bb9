"""The registration: when the product was listed, and how long the listing stays."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from aas_server.clock import iso
from aas_server.product import report
from aas_server.product.recipe.fault import Fault
from aas_server.product.register import listing
from aas_server.product.register.rules import rules
from aas_server.product.work import Released, Work
from submodels.registration import KIND, Registration
from submodels.text import Text


def registration(work: Work, released: Released, before: listing.Dates | None) -> Registration:
    """The registration of a release. ``before``: the dates of an earlier registration of the same release; the
    first day stays, and a promise is never shortened."""
    recipe, zone = work.recipe, ZoneInfo(work.settings.zone)
    registered = before.registered if before else iso(work.clock.now())
    local = datetime.fromisoformat(registered).astimezone(zone)
    promised = kept_until(local.date(), recipe.kept_years)
    if before:
        promised = max(promised, before.kept_until)
    return Registration(
        id=work.names.submodel(recipe.id, KIND),
        listing=work.names.listing(released.id),
        library=recipe.library,
        release=released.id,
        registered=registered,
        kept_until=promised.isoformat(),
        schema=listing.schema_id(),
        citation=_citation(recipe.title, recipe.owner.company, local),
    )


def kept_until(registered: date, years: int) -> date:
    """The first day on which a listing may be taken down: the day after ``years`` full years.

    Registered at any hour of 2026-11-25, a year is over with the end of 2027-11-25. From a 29 February the year
    runs to 1 March. Raises ``Fault`` below the call's one year and beyond a century.
    """
    keeping = rules().keeping
    if years < keeping.least_years:
        raise Fault(("kept_years",), "kept-years-few", years=years, least=keeping.least_years)
    if years > keeping.most_years:
        raise Fault(("kept_years",), "kept-years-many", years=years, most=keeping.most_years)
    try:
        anniversary = registered.replace(year=registered.year + years)
    except ValueError:
        anniversary = date(registered.year + years, 3, 1)
    return anniversary + timedelta(days=1)


def _citation(title: Text, company: Text, local: datetime) -> str:
    form = rules().citation
    return form.form.format(
        title=report.own(title, "ko"), company=report.own(company, "ko"), date=local.strftime(form.date)
    )
