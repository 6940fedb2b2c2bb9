"""Where the database is: as the driver wants it, and as people may read it."""

from __future__ import annotations

import re

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from aas_server.errors import BadInput

CONNECT_SECONDS = 10
"""Until a host that doesn't answer is given up; the URL may say otherwise."""


class Address:
    """A ``postgresql://`` URL, taken apart. Raises ``BadInput``; neither it nor ``place`` shows the password."""

    def __init__(self, url: str) -> None:
        try:
            known = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
        except (ProgrammingError, UnicodeError):
            # Not the driver's words: it may take a part of the password for the port.
            raise BadInput("database-url-wrong") from None
        port, name = known.get("port", ""), known.get("dbname", "")
        if not re.fullmatch(r"[\d,]*", port) or set("@/") & set(name):
            # A password with a bare / or @ in it: a part of it stands where the port or the database should.
            raise BadInput("database-url-wrong")
        defaults = {"connect_timeout": str(CONNECT_SECONDS), "application_name": "aas-server"}
        self.conninfo = make_conninfo(**{**defaults, **known, "client_encoding": "utf8"})
        host = known.get("host", "localhost")
        # A socket's folder can't stand where a host does.
        where = f"/{name}?host={host}" if host.startswith("/") else f"{host}{port and f':{port}'}/{name}"
        self.place = f"postgresql://{where}"
