"""What a misfit or a reason says to a person."""

from __future__ import annotations

from aas_server.messages import Language, text
from aas_server.standard.fit import Misfit
from aas_server.standard.suggest import Reason


def sentence(one: Misfit | Reason, language: Language) -> str:
    """The sentence of its key, filled with its values in ``language``."""
    values = {
        name: value if isinstance(value, str) else value.get(language, "") for name, value in one.values.items()
    }
    return text(one.key, language, **values)
