"""Which packages hold a shell, kept so that asking costs the same however many packages there are.

A record of the catalogue's section ``package-of-shell`` is called by the shell's id (base64url), ``/`` and the
package's id, so those of one shell stand together in order. It is written before its package and removed after it:
a crash in between leaves one too many, which the reader sees by the package itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from aas_server import ids
from aas_server.errors import NotFound
from aas_server.store.contract import Catalogue
from aas_server.store.sections import everything

_ALL = "!"
"""A record that says that every package has been entered; base64url knows no such letter."""
Holdings = Callable[[], Iterable[tuple[str, tuple[str, ...]]]]


class PackagesByShell:
    """Finds packages by shell. ``holdings`` gives every package's id and shells: packages that were kept before
    there was this index are entered once."""

    def __init__(
        self, catalogue: Catalogue, holdings: Callable[[], Iterable[tuple[str, tuple[str, ...]]]]
    ) -> None:
        self._catalogue = catalogue
        self._holdings = holdings

    def enter(self, package: str, shells: Iterable[str]) -> None:
        """Say that a package holds shells."""
        for shell in shells:
            self._catalogue.put("package-of-shell", _key(shell, package), b"{}")

    def leave(self, package: str, shells: Iterable[str]) -> None:
        """Say that it no longer does."""
        for shell in shells:
            with suppress(NotFound):
                self._catalogue.delete("package-of-shell", _key(shell, package))

    def packages(self, shell: str, after: str) -> Iterator[str]:
        """Ids of the packages that hold a shell, in order, those after ``after``."""
        self._complete()
        start = _key(shell, "")
        for name, _ in everything(self._catalogue, "package-of-shell", start + after):
            if not name.startswith(start):
                return
            yield name[len(start) :]

    def _complete(self) -> None:
        with suppress(NotFound):
            self._catalogue.get("package-of-shell", _ALL)
            return
        for package, shells in self._holdings():
            self.enter(package, shells)
        self._catalogue.put("package-of-shell", _ALL, b"{}")


def _key(shell: str, package: str) -> str:
    return f"{ids.encode(shell)}/{package}"
