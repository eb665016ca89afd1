"""The settings of one run, from the values of .env or of the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from local.metabase.errors import MissingSetting

DEFAULT_URL = "http://127.0.0.1:3000"
DEFAULT_WAREHOUSE = "postgres:5432"


@dataclass(frozen=True)
class Login:
    """An email address and a password."""

    email: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Warehouse:
    """The warehouse, as Metabase reaches it."""

    host: str
    port: int
    password: str = field(repr=False)
    database: str = "restaurant_analytics"
    user: str = "analytics_reader"


@dataclass(frozen=True)
class Target:
    """A Metabase, and what it takes to work on it."""

    url: str
    warehouse: Warehouse
    viewer: Login
    admin: Login | None = None
    api_key: str = field(default="", repr=False)
    setup_token: str = field(default="", repr=False)
    currency: str = ""
    wait_seconds: float = 600
    poll_seconds: float = 1
    force: bool = False


def from_values(values: Mapping[str, str], *, force: bool = False) -> Target:
    """Raises MissingSetting, which names the variable."""
    api_key = values.get("METABASE_API_KEY", "")
    return Target(
        url=(values.get("METABASE_URL") or DEFAULT_URL).rstrip("/"),
        warehouse=_warehouse(values),
        viewer=_login(values, "VIEWER"),
        admin=None if api_key else _login(values, "ADMIN"),
        api_key=api_key,
        setup_token=values.get("METABASE_SETUP_TOKEN", ""),
        currency=values.get("METABASE_CURRENCY", ""),
        wait_seconds=_seconds(values),
        force=force,
    )


def _warehouse(values: Mapping[str, str]) -> Warehouse:
    text = values.get("METABASE_WAREHOUSE") or DEFAULT_WAREHOUSE
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise MissingSetting(f"METABASE_WAREHOUSE is {text!r}: write host:port, such as {DEFAULT_WAREHOUSE}.")
    return Warehouse(host, int(port), _value(values, "ANALYTICS_DB_PASSWORD"))


def _seconds(values: Mapping[str, str]) -> float:
    text = values.get("STACK_START_TIMEOUT_SECONDS") or "600"
    if not (text.isascii() and text.isdigit()):
        raise MissingSetting(f"STACK_START_TIMEOUT_SECONDS is {text!r}: write a whole number of seconds.")
    return float(text)


def _login(values: Mapping[str, str], who: str) -> Login:
    return Login(_value(values, f"METABASE_{who}_EMAIL"), _value(values, f"METABASE_{who}_PASSWORD"))


def _value(values: Mapping[str, str], name: str) -> str:
    if not values.get(name):
        raise MissingSetting(f"{name} has no value: python3 init_data_dir.py writes it into .env.")
    return values[name]
