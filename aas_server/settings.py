"""What can be set: by a flag, else the environment (``AAS_…``), else a TOML file (``--settings``)."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from aas_server.broker_settings import BrokerSettings, Qos
from aas_server.errors import BadInput

_SECRET = frozenset(
    {
        "database_url",
        "mos_api_key",
        "url",
        "broker",
        "password",
        "key_password",
        "broker_password",
        "broker_key_password",
        "events_broker",
    }
)
"""Settings of which what was given is not quoted."""
Texts = Annotated[list[str], NoDecode]
"""Several texts; in the environment separated by commas."""


class Settings(BaseSettings):
    """Settings of one server on one data folder. Sizes are bytes, times seconds. ``max_package_size`` is what all
    parts of a package may unpack to together, ``max_package_ratio`` how many bytes one packed byte may become,
    ``max_package_nesting`` how many zip files may lie one in the other in a part.
    Of a message over ``max_message`` only the beginning is kept. ``queue_limit`` (a number) and ``queue_bytes``
    together bound what waits for its commit."""

    model_config = SettingsConfigDict(env_prefix="AAS_", extra="forbid")

    data: Path = Path("aas-data")
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8080
    broker: Texts = Field(default_factory=list)
    filter: Texts = Field(default_factory=lambda: ["#"])
    client_id: str | None = None
    brokers: list[BrokerSettings] = Field(default_factory=list)
    qos: Qos = 1
    broker_username: str | None = None
    broker_password: SecretStr = SecretStr("")
    broker_ca: Path | None = None
    broker_certificate: Path | None = None
    broker_key: Path | None = None
    broker_key_password: SecretStr = SecretStr("")
    keepalive: Annotated[int, Field(ge=1, le=65535)] = 60
    reconnect_seconds: PositiveFloat = 60.0
    takeover_seconds: PositiveFloat = 15.0
    insecure: bool = False
    allowed_origins: Texts = Field(default_factory=list)
    external_url: str | None = None
    allowed_hosts: Texts = Field(default_factory=list)
    trusted_proxies: Texts = Field(default_factory=list)
    database_url: SecretStr = SecretStr("")
    domain: str = "https://factory.example"
    zone: str = "Asia/Seoul"
    page_size: PositiveInt = 100
    page_limit: PositiveInt = 1000
    single_shell: str | None = None
    single_submodel: str | None = None
    max_message: PositiveInt = 16 * 2**20
    max_upload: PositiveInt = 512 * 2**20
    max_blob: PositiveInt = 16 * 2**20
    max_package_part: PositiveInt = 256 * 2**20
    max_package_parts: PositiveInt = 10_000
    max_package_size: PositiveInt = 2 * 2**30
    max_package_ratio: PositiveInt = 200
    max_package_nesting: PositiveInt = 3
    max_json_depth: PositiveInt = 400
    receive_window: Annotated[int, Field(ge=1, le=65535)] = 1000
    queue_limit: PositiveInt = 20_000
    queue_bytes: PositiveInt = 256 * 2**20
    fold_records: PositiveInt = 500_000
    fold_seconds: PositiveFloat = 5.0
    late_seconds: PositiveFloat = 60.0
    sparkplug_rebirth_seconds: NonNegativeFloat = 30.0
    sparkplug_host: Annotated[str, Field(pattern=r"^[^/+#\x00]+$", max_length=200)] | None = None
    handle_hours: PositiveFloat = 24.0
    handle_limit: PositiveInt = 1000
    query_seconds: PositiveFloat = 10.0
    history_days: PositiveFloat = 400.0
    journal_days: NonNegativeFloat = 400.0
    lake_days: NonNegativeFloat = 0.0
    compact_hours: PositiveFloat = 6.0
    grace_hours: PositiveFloat = 24.0
    bulk_seconds: PositiveFloat = 600.0
    operation_limit: PositiveInt = 8
    operation_seconds: PositiveFloat = 600.0
    delegation_hosts: Texts = Field(default_factory=list)
    aid_brokers: Texts = Field(default_factory=list)
    operation_files: Texts = Field(default_factory=list)
    events_broker: SecretStr = SecretStr("")
    events_prefix: str = "aas"
    push_seconds: PositiveFloat = 30.0
    predict_rows: PositiveInt = 10_000
    predict_models: PositiveInt = 4
    watch: Texts = Field(default_factory=list)
    watch_seconds: PositiveFloat = 2.0
    watch_shot: str = r"(?i)shot[-_ ]?(?P<shot>[0-9A-Za-z]+)"
    max_pixels: PositiveInt = 100_000_000
    mos_api_key: SecretStr = SecretStr("")
    idempotency_hours: PositiveFloat = 24.0
    idempotency_limit: PositiveInt = 100_000

    @property
    def base_url(self) -> str:
        """Where readers find us: the external URL, or the address we listen on."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.external_url or f"http://{host}:{self.port}").rstrip("/")

    @field_validator(
        *("broker", "filter", "allowed_origins", "allowed_hosts", "trusted_proxies", "delegation_hosts"),
        "aid_brokers",
        "operation_files",
        "watch",
        mode="before",
    )
    @classmethod
    def _parted(cls, given: object) -> object:
        return [part.strip() for part in given.split(",") if part.strip()] if isinstance(given, str) else given

    @field_validator("watch_shot")
    @classmethod
    def _pattern(cls, given: str) -> str:
        try:
            re.compile(given)
        except re.error:
            raise ValueError(given) from None
        return given

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, given: list[str]) -> list[str]:
        for one in given:
            ipaddress.ip_network(one, strict=False)
        return given

    @property
    def postgres_url(self) -> str | None:
        """The database's URL with its password, ``None`` for SQLite in the data folder."""
        url = self.database_url.get_secret_value()
        return None if url in ("", "sqlite:") else url

    @field_validator("database_url")
    @classmethod
    def _known_engine(cls, given: SecretStr) -> SecretStr:
        if not re.match(r"$|sqlite:$|postgres(ql)?://", given.get_secret_value()):
            raise ValueError
        return given

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, given: str) -> str:
        try:
            ZoneInfo(given)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(given) from None
        return given


def load(file: Path | None, **flags: Any) -> Settings:
    """Settings from ``flags`` (``None`` says nothing), the environment and ``file``. Raises ``BadInput``."""
    written = {} if file is None else _read(file)

    class WithFile(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (the base class's signature)
            file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, env_settings, InitSettingsSource(settings_cls, init_kwargs=written)

    try:
        return WithFile(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as fault:
        first = fault.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        unknown = first["type"] == "extra_forbidden"
        key = "settings-unknown" if unknown else "settings-wrong"
        given = first["input"] if name.rpartition(".")[2] not in _SECRET and not _holds_secrets(first) else "…"
        raise BadInput(key, name=name, given=given, known=", ".join(Settings.model_fields)) from None
    except SettingsError as fault:
        raise BadInput("settings-environment", fault=str(fault)) from None


def _holds_secrets(fault: ErrorDetails) -> bool:
    """Whether what was given may hold a password: a whole table, or a misspelt name in a broker's."""
    return isinstance(fault["input"], Mapping) or (
        fault["loc"][0] == "brokers" and fault["type"] == "extra_forbidden"
    )


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise BadInput("settings-missing", file=str(file)) from None
    except OSError as fault:
        raise BadInput("settings-unreadable", file=str(file), fault=fault.strerror) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise BadInput("settings-unreadable", file=str(file), fault=str(fault)) from None
