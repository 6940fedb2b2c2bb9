"""What can be set, by environment (``AAS_…``), a TOML file (``--settings``) or a flag."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from aas_server.errors import BadInput


class Settings(BaseSettings):
    """Settings of one server on one data folder. Sizes are bytes, times seconds. ``max_package_size`` is what all
    parts of a package may unpack to together, ``max_package_ratio`` how many bytes one packed byte may become."""

    model_config = SettingsConfigDict(env_prefix="AAS_", extra="forbid")

    data: Path = Path("aas-data")
    host: str = "127.0.0.1"
    port: int = 8080
    broker: list[str] = Field(default_factory=list)
    filter: list[str] = Field(default_factory=lambda: ["#"])
    client_id: str | None = None
    insecure: bool = False
    allowed_origins: list[str] = Field(default_factory=list)
    external_url: str | None = None
    domain: str = "https://factory.example"
    zone: str = "Asia/Seoul"
    page_size: int = 100
    page_limit: int = 1000
    max_message: int = 16 * 2**20
    max_upload: int = 512 * 2**20
    max_package_part: int = 256 * 2**20
    max_package_parts: int = 10_000
    max_package_size: int = 2 * 2**30
    max_package_ratio: int = 200
    max_json_depth: int = 400
    receive_window: int = 1000
    queue_limit: int = 20_000
    fold_records: int = 200_000
    fold_seconds: float = 5.0

    @property
    def base_url(self) -> str:
        """Where readers find us: the external URL, or the address we listen on."""
        return (self.external_url or f"http://{self.host}:{self.port}").rstrip("/")


def load(file: Path | None, **flags: Any) -> Settings:
    """Settings from ``file`` (TOML), the environment and ``flags``; a flag of ``None`` says nothing."""
    given: dict[str, Any] = {}
    if file is not None:
        try:
            given = tomllib.loads(file.read_text("utf-8"))
        except FileNotFoundError:
            raise BadInput("settings-missing", file=str(file)) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
            raise BadInput("settings-unreadable", file=str(file), fault=str(fault)) from None
    given |= {name: value for name, value in flags.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput("settings-wrong", name=where, fault=first["msg"]) from None
