"""Where a product stands on the line: kept step by step, so that pages and commands show it as it happens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from aas_server.clock import iso
from aas_server.errors import AasError
from aas_server.product import record
from aas_server.product.recipe import keeping
from aas_server.product.recipe.fault import blamed
from aas_server.product.record import STEPS, ProductRecord, StepRecord, StepState
from aas_server.product.work import Work
from submodels.text import Text


class Steps:
    """Keeps the product's record while the line runs."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._recipe = keeping.place(work.store.folder, work.recipe.id)
        self.product = self._begin()

    @contextmanager
    def running(self, step: str) -> Iterator[None]:
        """Note that ``step`` runs, then that it is done, or failed and why."""
        self._work.progress(step, 0, 1)
        self._note(step, "running")
        with self.checking(step):
            yield
        self._note(step, "done")
        self._work.progress(step, 1, 1)

    @contextmanager
    def checking(self, step: str) -> Iterator[None]:
        """Note that ``step`` failed, and why, where it refuses what it was given; nothing where it does not."""
        try:
            with blamed(self._recipe):
                yield
        except AasError as error:
            self._note(step, "failed", error)
            raise
        except Exception:
            self._note(step, "failed", AasError("step-broken", step=step))
            raise

    def released(self, number: int) -> None:
        """A new release exists; it is offered once it is registered."""
        self._keep(replace(self.product, releases=number))

    def finish(self, release: str) -> None:
        """The product's current release is ``release``; every step stands done."""
        now = iso(self._work.clock.now())
        steps = {
            step: state if state.state == "done" else StepRecord("done", now)
            for step, state in self.product.steps.items()
        }
        self._keep(replace(self.product, release=release, steps=steps))

    def _begin(self) -> ProductRecord:
        recipe = self._work.recipe
        known = record.begun(self._work.store.catalogue, recipe, self._work.names)
        steps = {step: known.steps.get(step, StepRecord()) for step in STEPS}
        number = record.last_number(self._work.store, recipe.id, known.releases)
        begun = replace(known, title=recipe.title, kind=recipe.kind, steps=steps, releases=number)
        record.put_product(self._work.store.catalogue, begun)
        return begun

    def _note(self, step: str, state: StepState, error: AasError | None = None) -> None:
        values = _kept(error.values) if error else {}
        noted = StepRecord(state, iso(self._work.clock.now()), error.key if error else "", values)
        self._keep(replace(self.product, steps={**self.product.steps, step: noted}))

    def _keep(self, product: ProductRecord) -> None:
        self.product = product
        record.put_product(self._work.store.catalogue, product)


def _kept(values: Mapping[str, object]) -> dict[str, str | Text]:
    """The values of an error's sentence; one that is a sentence itself keeps its languages."""
    return {name: dict(value) if isinstance(value, Mapping) else str(value) for name, value in values.items()}
