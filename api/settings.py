"""The service's settings, from the environment. Each has one comment in `.env.example`."""

import math
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

_PLACEHOLDERS = ("change", "placeholder", "example", "secret", "token", "password", "todo", "xxx")


class SettingsError(Exception):
    """A variable is missing or wrong. The message names it and its allowed values."""


def _max(value: object) -> object:
    return math.inf if isinstance(value, str) and value.strip().lower() == "max" else value


def _true_or_false(value: object) -> object:
    if isinstance(value, bool) or (isinstance(value, str) and value.lower() in ("true", "false")):
        return value
    raise ValueError(f"write true or false, not {value!r}")


Rate = Annotated[float, BeforeValidator(_max), Field(ge=0, description="a number >= 0, or `max`")]
Share = Annotated[float, Field(ge=0, le=1)]
Switch = Annotated[bool, BeforeValidator(_true_or_false)]


class Settings(BaseSettings):
    """Read once, at the start."""

    model_config = SettingsConfigDict(env_prefix="EVENT_", frozen=True, extra="ignore", env_ignore_empty=True)

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    environment: Literal["development", "production"] = "development"
    publish_token: SecretStr
    stream_token: SecretStr | None = None

    stream_name: Annotated[str, Field(pattern=r"^[a-z0-9]{1,40}$")] = "restaurant"
    log_path: Path = Path("var/eventlog/events.db")
    retention_hours: Annotated[float, Field(gt=0, le=24 * 366 * 100)] = 168
    retention_count: Annotated[int, Field(ge=1)] = 10_000_000
    max_body_bytes: Annotated[int, Field(ge=1024)] = 10 * 1024 * 1024
    ts_min: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    ts_max_ahead_hours: Annotated[float, Field(ge=0, le=24 * 366)] = 48

    heartbeat_seconds: Annotated[float, Field(gt=0)] = 15
    send_timeout_seconds: Annotated[float, Field(gt=0)] = 30
    header_timeout_seconds: Annotated[float, Field(gt=0)] = 10
    body_timeout_seconds: Annotated[float, Field(gt=0)] = 60
    max_subscribers: Annotated[int, Field(ge=1)] = 4_000
    max_connections: Annotated[int, Field(ge=1)] = 5_000
    max_connections_per_address: Annotated[int, Field(ge=1)] = 2_000

    hot_reload: Annotated[Switch, Field(validation_alias="API_HOT_RELOAD")] = False
    source_path: Path = Path(__file__).resolve().parents[1]

    rate: Rate = 0.5
    seed: int = 1
    history_days: Annotated[int, Field(ge=0, le=366)] = 35
    yen_restaurant: Switch = False
    fault_duplicates: Share = 0
    fault_out_of_order: Share = 0
    fault_late: Share = 0
    fault_malformed: Share = 0

    @field_validator("ts_min")
    @classmethod
    def _with_zone(cls, value: datetime) -> datetime:
        if value.tzinfo is None:
            raise ValueError("must carry a time zone, as in 2000-01-01T00:00:00Z")
        return value.astimezone(UTC)

    @field_validator("publish_token", "stream_token")
    @classmethod
    def _printable(cls, value: SecretStr | None) -> SecretStr | None:
        text = value.get_secret_value() if value else "x"
        if not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError("must be printable ASCII without spaces, as it travels in a header")
        return value

    @model_validator(mode="after")
    def _no_placeholders(self) -> Self:
        if self.environment == "production":
            for name in ("publish_token", "stream_token"):
                secret: SecretStr | None = getattr(self, name)
                if secret and _weak(secret.get_secret_value()):
                    raise ValueError(
                        f"EVENT_{name.upper()} is a placeholder or shorter than 16 characters: production refuses it, "
                        "put in the output of `openssl rand -hex 32`"
                    )
        return self

    @property
    def retention_age(self) -> timedelta:
        """How long events are kept."""
        return timedelta(hours=self.retention_hours)


def _weak(secret: str) -> bool:
    return len(secret) < 16 or any(word in secret.lower() for word in _PLACEHOLDERS)


def simulates(rate: str) -> bool:
    """Whether the service simulates at this EVENT_RATE. It needs no other setting."""
    try:
        return TypeAdapter(Rate).validate_python(rate or Settings.model_fields["rate"].default) > 0
    except ValidationError as error:
        raise SettingsError(f"EVENT_RATE: {error.errors()[0]['msg']}") from None


def has_yen(text: str) -> bool:
    """Whether the simulator has its restaurant in Tokyo at this EVENT_YEN_RESTAURANT. It needs no other setting."""
    default = Settings.model_fields["yen_restaurant"].default
    try:
        return TypeAdapter(Switch).validate_python(text or default)
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise SettingsError(f"EVENT_YEN_RESTAURANT: {reason}") from None


def env_file() -> Path | None:
    """The file of settings: `.env`, unless EVENT_ENV_FILE names another. When that is empty, there is none.

    Whoever starts the service with settings of their own makes it empty, or `.env` would complete them.
    """
    name = os.environ.get("EVENT_ENV_FILE", ".env")
    return Path(name) if name else None


def load(env_file: Path | None = None, **overrides: Any) -> Settings:
    """The settings, or a SettingsError that names every wrong variable and never shows a secret."""
    try:
        return Settings(_env_file=env_file, **overrides)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(dict(item)) for item in error.errors())) from None


def _sentence(error: Mapping[str, Any]) -> str:
    if not error["loc"]:
        return str(error["ctx"]["error"])
    field = str(error["loc"][0])
    variable = field if field.isupper() else f"EVENT_{field.upper()}"
    if error["type"] == "missing":
        return f"{variable} is not set: put it into .env (init_data_dir.py generates one), or export it"
    return f"{variable}: {error['msg'].removeprefix('Value error, ')}"
