"""What `.env` says, read once, checked, and named by its variable when it is wrong."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values

from local.env_file import names
from local.env_file import values as env_values
from local.errors import StackError

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = "127.0.0.1"
WAREHOUSE = "restaurant_analytics"
ADMIN = "postgres_admin"
OWNER, WRITER, READER = "restaurant_user", "airflow_user", "analytics_reader"
PASSWORD_VARIABLES = {
    ADMIN: "POSTGRES_ADMIN_PASSWORD",
    OWNER: "RESTAURANT_DB_PASSWORD",
    WRITER: "AIRFLOW_DB_PASSWORD",
    READER: "ANALYTICS_DB_PASSWORD",
}
EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - only read
PORTS = {"POSTGRES_PORT": 5433, "EVENT_PORT": 8000, "AIRFLOW_PORT": 8081, "DASHBOARD_PORT": 8050}
START_TIMEOUT = "STACK_START_TIMEOUT_SECONDS"
SECRETS = (
    *PASSWORD_VARIABLES.values(),
    "EVENT_PUBLISH_TOKEN",
    "AIRFLOW_ADMIN_PASSWORD",
    "AIRFLOW_VIEWER_PASSWORD",
    "AIRFLOW_FERNET_KEY",
    "AIRFLOW_JWT_SECRET",
    "AIRFLOW_SECRET_KEY",
)


@dataclass(frozen=True)
class Settings:
    """The local stack's settings. `values` holds every variable of the file, for the services."""

    root: Path
    env_file: Path
    data_dir: Path
    postgres_port: int
    event_port: int
    airflow_port: int
    dashboard_port: int
    values: Mapping[str, str] = field(repr=False)

    @classmethod
    def load(cls, root: Path = ROOT, env_file: Path | None = None) -> "Settings":
        """Read `env_file` (default: `.env` in `root`); a variable of the process's environment wins over it."""
        env_file = env_file or root / ".env"
        if not env_file.is_file():
            raise StackError(
                f"There is no {env_file}: run ./stack up, which makes it, or python3 init_data_dir.py."
            )
        in_file = {name: value or "" for name, value in dotenv_values(env_file, interpolate=False).items()}
        values = {name: os.environ.get(name, value) for name, value in in_file.items()}
        missing = [name for name in SECRETS if not values.get(name)]
        if missing:
            raise StackError(
                f"{env_file} gives no value for {', '.join(missing)}: "
                "delete those lines and run ./stack up, which writes them again."
            )
        _refuse_other_hosts(values, env_file)
        if faults := list(env_values.faults(values, str(env_file))):
            raise StackError("\n".join(faults))
        ports = {name.lower(): _port(values, name, default, env_file) for name, default in PORTS.items()}
        _refuse_shared_ports(ports, env_file)
        _start_timeout(values, env_file)
        data_dir = Path(values.get("DATA_DIR") or "var").expanduser()
        return cls(root=root, env_file=env_file, data_dir=(root / data_dir).resolve(), values=values, **ports)

    def password(self, role: str) -> str:
        """The password of a database role."""
        return self.values[PASSWORD_VARIABLES[role]]

    @property
    def passwords(self) -> dict[str, str]:
        """Every database role's password, as the bootstrap takes them."""
        return {role: self.password(role) for role in PASSWORD_VARIABLES}

    def without_effect(self) -> list[str]:
        """A sentence per name in the file that no service reads: a predecessor's, or a misspelt one."""
        example = (self.root / ".env.example").read_text(encoding="utf-8")
        return list(names.without_effect(self.values, example))

    @property
    def log_dir(self) -> Path:
        return self.data_dir / "logs"

    @property
    def run_dir(self) -> Path:
        """Where the records of running processes are."""
        return self.data_dir / "run"

    @property
    def archive_dir(self) -> Path:
        """Where archived months of raw events are."""
        folder = self.values.get("INGEST_ARCHIVE_DIR")
        return (self.root / Path(folder).expanduser()).resolve() if folder else self.data_dir / "archive"

    @property
    def start_timeout(self) -> int:
        """Seconds that one part may take to start, while its process lives."""
        return _start_timeout(self.values, self.env_file)

    @property
    def event_url(self) -> str:
        return f"http://{LOOPBACK}:{self.event_port}"

    @property
    def airflow_url(self) -> str:
        return f"http://{LOOPBACK}:{self.airflow_port}"

    @property
    def dashboard_url(self) -> str:
        host = self.values.get("DASHBOARD_HOST") or LOOPBACK
        # 0.0.0.0 is every address of this machine, so that of loopback too.
        return f"http://{LOOPBACK if host in EVERY_ADDRESS else host}:{self.dashboard_port}"


def _refuse_other_hosts(values: Mapping[str, str], env_file: Path) -> None:
    for name in ("POSTGRES_HOST", "EVENT_HOST"):
        if values.get(name, LOOPBACK) not in (LOOPBACK, "localhost", ""):
            raise StackError(
                f"{name} is {values[name]!r} in {env_file}: the local stack listens on {LOOPBACK} only. "
                "Set it to that; to serve other machines, use docker-compose.yml behind a proxy of yours."
            )


def _port(values: Mapping[str, str], name: str, default: int, env_file: Path) -> int:
    text = values.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise StackError(f"{name} is {text!r} in {env_file}: set it to a port number between 1 and 65535.")
    return int(text)


def _start_timeout(values: Mapping[str, str], env_file: Path) -> int:
    text = values.get(START_TIMEOUT) or "600"
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise StackError(f"{START_TIMEOUT} is {text!r} in {env_file}: set it to a whole number of seconds.")
    return int(text)


def _refuse_shared_ports(ports: Mapping[str, int], env_file: Path) -> None:
    name_by_port: dict[int, str] = {}
    for name in PORTS:
        port = ports[name.lower()]
        if port in name_by_port:
            raise StackError(
                f"{name_by_port[port]} and {name} are both {port} in {env_file}: give each a port of its own."
            )
        name_by_port[port] = name
