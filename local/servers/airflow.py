"""Airflow as plain processes: its environment, its health, and whether its database is prepared."""

import json
import os
import time
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version

import httpx
import psycopg
from dotenv import dotenv_values
from werkzeug.security import check_password_hash

from local.code_path import python_path
from local.errors import StackError
from local.servers import loopback, provider_metadata
from local.servers.postgres import PostgresServer
from local.settings import LOOPBACK, OWNER, WAREHOUSE, WRITER, Settings

DATABASE = "airflow_db"
PREPARED_BY = "SELECT obj_description(to_regclass('ab_user'), 'pg_class')"
USERS = {"admin": "Admin", "viewer": "Viewer"}
DAGS = (
    "restaurant_realtime_stream",
    "restaurant_stream_ingest_polling",
    "restaurant_data_quality",
    "restaurant_rollups",
    "restaurant_maintenance",
    "restaurant_anomalies",
)

METRICS = ("INGEST_METRICS_PORT", "INGEST_METRICS_FILE")
"""Where a writer shows its metrics to Prometheus."""
# Compose has the same defaults, by the same names.
TUNING = {
    "AIRFLOW__CORE__PARALLELISM": ("AIRFLOW_PARALLELISM", "8"),
    "AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG": ("AIRFLOW_DAG_CONCURRENCY", "16"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": ("AIRFLOW_LOAD_EXAMPLES", "false"),
    # The examples wait until somebody unpauses them. Our own DAGs set is_paused_upon_creation themselves.
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": ("AIRFLOW_LOAD_EXAMPLES", "false"),
}


def prepared_by() -> str:
    """The comment on the table of users when these versions have made its tables."""
    return ", ".join(
        f"{name} {version(name)}" for name in ("apache-airflow-core", "apache-airflow-providers-fab")
    )


def variables(settings: Settings) -> dict[str, str]:
    """Airflow's settings: those of every deployment from `airflow.env`, and those of this place."""
    common = settings.root / "airflow" / "airflow.env"
    if not common.is_file():
        raise StackError(f"{common} is missing: restore it from the repository.")
    home = settings.data_dir / "airflow"
    secret = settings.values
    own = {
        "AIRFLOW_HOME": str(home),
        "PYTHONPATH": f"{python_path(settings.root)}{os.pathsep}{provider_metadata.folder(settings)}",
        "AIRFLOW__CORE__DAGS_FOLDER": str(settings.root / "airflow" / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(settings.root / "airflow" / "plugins"),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{settings.airflow_url}/execution/",
        "AIRFLOW__CORE__FERNET_KEY": secret["AIRFLOW_FERNET_KEY"],
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": _sqlalchemy_url(settings),
        "AIRFLOW__API__BASE_URL": settings.airflow_url,
        "AIRFLOW__API__SECRET_KEY": secret["AIRFLOW_SECRET_KEY"],
        "AIRFLOW__API_AUTH__JWT_SECRET": secret["AIRFLOW_JWT_SECRET"],
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_HOST": LOOPBACK,
        "INGEST_ARCHIVE_DIR": str(settings.archive_dir),
        **{name: settings.values.get(name, "") for name in METRICS},
    }
    plain = {name: value or "" for name, value in dotenv_values(common, interpolate=False).items()}
    dags = {name: value for name, value in settings.values.items() if name.startswith("RESTAURANT_")}
    tuning = {option: settings.values.get(name) or default for option, (name, default) in TUNING.items()}
    return plain | tuning | dags | own | _connections(settings)


def _connections(settings: Settings) -> dict[str, str]:
    """The connections that the DAGs use. The owner's only where old months are to be archived."""
    connections = {
        "AIRFLOW_CONN_RESTAURANT_API": json.dumps(
            {
                "conn_type": "http",
                "host": LOOPBACK,
                "port": settings.event_port,
                "schema": "http",
                "password": settings.values.get("EVENT_STREAM_TOKEN", ""),
                "extra": {"dashboard_url": settings.dashboard_url},
            }
        ),
        "AIRFLOW_CONN_POSTGRES_RESTAURANT": _warehouse(settings, WRITER),
        "AIRFLOW_CONN_RESTAURANT_ALERT_SMTP": settings.values.get("RESTAURANT_ALERT_SMTP", ""),
        "AIRFLOW_CONN_RESTAURANT_ALERT_WEBHOOK": json.dumps(
            {"conn_type": "http", "host": settings.values.get("RESTAURANT_ALERT_WEBHOOK", "")}
        ),
    }
    if settings.values.get("RESTAURANT_KEEP_MONTHS"):
        connections["AIRFLOW_CONN_POSTGRES_RESTAURANT_OWNER"] = _warehouse(settings, OWNER)
    return connections


def _warehouse(settings: Settings, role: str) -> str:
    return json.dumps(
        {
            "conn_type": "postgres",
            "host": LOOPBACK,
            "port": settings.postgres_port,
            "schema": WAREHOUSE,
            "login": role,
            "password": settings.password(role),
        }
    )


def prepared(settings: Settings) -> bool:
    """Whether tables and users are as they should be. Airflow itself would take many seconds to say so."""
    with psycopg.connect(_url(settings)) as connection:
        if connection.execute(PREPARED_BY).fetchone() != (prepared_by(),):
            return False
        rows = connection.execute("SELECT username, password FROM ab_user").fetchall()
    hashes: dict[str, str] = dict(rows)
    wanted = {user: settings.values[f"AIRFLOW_{user.upper()}_PASSWORD"] for user in USERS}
    return all(user in hashes and check_password_hash(hashes[user], wanted[user]) for user in USERS)


@dataclass(frozen=True)
class Health:
    """What Airflow's API server reports about itself and the others, since this object was made."""

    url: str
    since: float = field(default_factory=time.time)

    def server(self) -> bool:
        """Answering, and with its database."""
        return bool(self._read().get("metadatabase", {}).get("status") == "healthy")

    def component(self, name: str) -> bool:
        """Alive by a heartbeat of this run: one of an earlier run counts as healthy for a while."""
        reported = self._read().get(name, {})
        beat = reported.get(f"latest_{name}_heartbeat") or "1970-01-01T00:00:00+00:00"
        return reported.get("status") == "healthy" and datetime.fromisoformat(beat).timestamp() >= self.since

    def _read(self) -> dict[str, dict[str, str]]:
        try:
            answer = loopback.get(f"{self.url}/api/v2/monitor/health")
            return dict(answer.json()) if answer.is_success else {}
        except (httpx.HTTPError, ValueError):
            return {}


def _url(settings: Settings) -> str:
    server = PostgresServer(settings.data_dir, settings.postgres_port, settings.log_dir, "")
    return server.url(WRITER, settings.password(WRITER), DATABASE)


def _sqlalchemy_url(settings: Settings) -> str:
    """With the password percent-encoded, no `$` is left that Airflow would take for a variable."""
    return _url(settings).replace("postgresql://", "postgresql+psycopg2://", 1)
