"""The stack's services in the order of starting: command, environment, and when they are ready."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from pathlib import Path

from api.simulator import past as past_file
from api.simulator.past import Past
from local.code_path import python_path
from local.servers import airflow, loopback
from local.servers.postgres import PostgresServer
from local.settings import LOOPBACK, OWNER, WAREHOUSE, WRITER, Settings

CONTRACT = "restaurant_warehouse.contract:CONTRACT"
OWN_PREFIXES = (
    "PG",
    "AIRFLOW",
    "ANALYTICS_",
    "API_",
    "DASHBOARD_",
    "EVENT_",
    "INGEST_",
    "POSTGRES_",
    "RESTAURANT_",
    "WAREHOUSE_",
)
DEFAULT_LOG_PATH = "var/eventlog/events.db"
POSTGRES_TUNING = ("max_connections", "shared_buffers", "effective_cache_size")


@dataclass(frozen=True)
class Service:
    """One long-running process."""

    name: str
    title: str
    command: list[str]
    env: Mapping[str, str] = field(repr=False)
    url: str = ""
    ready: Callable[[], bool] = lambda: True
    grace: float = 15

    def answers(self) -> bool:
        """Whether it answers at its address; one without an address has nothing to answer."""
        return not self.url or self.ready()

    @property
    def fingerprint(self) -> str:
        """Of its command and its settings, whatever terminal it is started from."""
        own = {name: value for name, value in self.env.items() if name.startswith(OWN_PREFIXES)}
        return sha256(json.dumps([self.command, own], sort_keys=True).encode()).hexdigest()


def postgres(settings: Settings) -> PostgresServer:
    return PostgresServer(
        settings.data_dir / "postgres",
        settings.postgres_port,
        settings.log_dir / "postgres.log",
        settings.password("postgres_admin"),
        {
            name: value
            for name in POSTGRES_TUNING
            if (value := settings.values.get(f"POSTGRES_{name.upper()}"))
        },
    )


def database_url(settings: Settings, role: str, database: str = WAREHOUSE) -> str:
    """The address of a database for a role, password included."""
    return postgres_url(settings, role, settings.password(role), database)


def postgres_url(settings: Settings, role: str, password: str, database: str) -> str:
    return PostgresServer(Path(), settings.postgres_port, Path(), "").url(role, password, database)


def event_service(settings: Settings) -> Service:
    """The event service with its simulator."""
    return Service(
        "api",
        "event service",
        [sys.executable, "-m", "api"],
        environment(settings, _event_variables(settings)),
        settings.event_url,
        lambda: loopback.answers(f"{settings.event_url}/ready"),
    )


def ingest(settings: Settings) -> Service:
    """The core without Airflow."""
    own = {
        "INGEST_SOURCE_URL": settings.event_url,
        "INGEST_CONTRACT": settings.values.get("INGEST_CONTRACT") or CONTRACT,
        "INGEST_DATABASE_URL": database_url(settings, WRITER),
        "INGEST_STREAM": settings.values.get("INGEST_STREAM") or "restaurant",
        "EVENT_STREAM_TOKEN": settings.values.get("EVENT_STREAM_TOKEN", ""),
        **{name: settings.values.get(name, "") for name in airflow.METRICS},
    }
    command = [sys.executable, "-m", "sse_ingest", "run"]
    return Service("ingest", "ingestion (without Airflow)", command, environment(settings, own))


def past_loader(settings: Settings) -> Service:
    """Not a service: ends when the simulator's past is in the warehouse."""
    own = _event_variables(settings) | {
        "INGEST_CONTRACT": CONTRACT,
        "INGEST_DATABASE_URL": database_url(settings, WRITER),
        "INGEST_OWNER_URL": database_url(settings, OWNER),
    }
    return Service(
        "past", "simulator's past", [sys.executable, "-m", "local.past"], environment(settings, own)
    )


def past(settings: Settings) -> Past | None:
    """The simulator's past, and how much of it is loaded; None when there is none."""
    return past_file.load(past_file.file_of(Path(_event_variables(settings)["EVENT_LOG_PATH"])))


def dashboard(settings: Settings) -> Service:
    """The local page of the dashboards' cards."""
    own = {
        "DASHBOARD_PORT": str(settings.dashboard_port),
        "DASHBOARD_HOST": settings.values.get("DASHBOARD_HOST", ""),
        "DASHBOARD_PASSWORD": settings.values.get("DASHBOARD_PASSWORD", ""),
        "DASHBOARD_DATABASE_URL": database_url(settings, "analytics_reader"),
        "EVENT_SERVICE_URL": settings.event_url,
    }
    return Service(
        "dashboard",
        "dashboard",
        [sys.executable, "-m", "local.dashboard"],
        environment(settings, own),
        settings.dashboard_url,
        lambda: loopback.answers(f"{settings.dashboard_url}/alive"),
    )


def airflow_services(settings: Settings) -> list[Service]:
    """Airflow's four processes, which wait for each other by themselves: see airflow_process."""
    env = environment(settings, airflow.variables(settings))
    health = airflow.Health(settings.airflow_url)

    def service(command: str, title: str, *options: str) -> Service:
        words = [sys.executable, "-m", "local.servers.airflow_process", command, *options]
        beats = partial(health.component, command.replace("-", "_"))
        return Service(f"airflow-{command}", f"Airflow {title}", words, env, ready=beats)

    listen = ("--host", LOOPBACK, "--port", str(settings.airflow_port), "--workers", "1")
    server = service("api-server", "API server", *listen)
    # Their own log servers would listen on every address; the API server reads the files itself.
    scheduler = service("scheduler", "scheduler", "--skip-serve-logs")
    return [
        replace(server, url=settings.airflow_url, ready=health.server),
        service("dag-processor", "DAG processor"),
        replace(scheduler, grace=25),  # a running task commits its batch and lets go
        # No DAG of ours defers; a user's does with the sensor of sse-ingest.
        service("triggerer", "triggerer", "--skip-serve-logs"),
    ]


def airflow_setup(settings: Settings) -> Service:
    """Not a service: ends when Airflow's database and users are as they should be."""
    own = airflow.variables(settings) | {
        f"AIRFLOW_{user.upper()}_PASSWORD": settings.values[f"AIRFLOW_{user.upper()}_PASSWORD"]
        for user in airflow.USERS
    }
    command = [sys.executable, "-m", "local.servers.airflow_setup"]
    return Service("airflow-setup", "Airflow database and users", command, environment(settings, own))


def selected(settings: Settings, *, with_airflow: bool) -> list[Service]:
    """Everything but PostgreSQL, in the order of starting."""
    chosen = [event_service(settings)]
    chosen += airflow_services(settings) if with_airflow else [ingest(settings)]
    return [*chosen, dashboard(settings)]


def environment(settings: Settings, own: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment, without what would steer our services from outside, and with their own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OWN_PREFIXES)}
    local_addresses = {"NO_PROXY": f"{LOOPBACK},localhost", "no_proxy": f"{LOOPBACK},localhost"}
    return (
        inherited
        | {"PYTHONPATH": python_path(settings.root), "PYTHONUNBUFFERED": "1"}
        | local_addresses
        | dict(own)
    )


def _event_variables(settings: Settings) -> dict[str, str]:
    values = {name: value for name, value in settings.values.items() if name.startswith(("EVENT_", "API_"))}
    path = values.get("EVENT_LOG_PATH") or DEFAULT_LOG_PATH
    # The example names the default folder; DATA_DIR moves that, a path of the user's own it does not.
    log = settings.data_dir / "eventlog" / "events.db" if path == DEFAULT_LOG_PATH else settings.root / path
    return values | {
        "EVENT_HOST": LOOPBACK,
        "EVENT_PORT": str(settings.event_port),
        "EVENT_LOG_PATH": str(log),
        "EVENT_ENV_FILE": "",
    }
