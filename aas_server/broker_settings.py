"""What can be set of one broker, beside its URL: a table ``[[brokers]]`` in the settings' file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, SecretStr

Qos = Annotated[int, Field(ge=0, le=2)]


class BrokerSettings(BaseModel):
    """What is not said here is as the settings for all brokers have it. ``ca``, ``certificate`` and ``key`` are
    PEM files."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    url: str
    filters: list[str] = Field(default_factory=list)
    qos: Qos | None = None
    username: str | None = None
    password: SecretStr | None = None
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    key_password: SecretStr | None = None
    keepalive: Annotated[PositiveInt, Field(le=65535)] | None = None
