"""The predecessor's settings that have no effect here, and what replaces each of them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Former:
    """One setting of the predecessor. Without `instead`, no setting replaces it, and `note` says why."""

    instead: str = ""
    note: str = ""

    @property
    def advice(self) -> str:
        """What to do, in one sentence or two."""
        sentence = f"Set {self.instead} instead." if self.instead else ""
        return f"{sentence} {self.note}".strip()


def _fixed(what: str, value: str) -> Former:
    return Former(note=f"{what} is always {value}. Delete the line.")


_ADMIN = _fixed("The superuser", "postgres_admin")
_OWNER = _fixed("The owner of the warehouse", "restaurant_user")
_WRITER = _fixed("The user that writes events and owns airflow_db", "airflow_user")
_READER = _fixed("The read-only user", "analytics_reader")
_WAREHOUSE = _fixed("The warehouse", "the database restaurant_analytics")
_AIRFLOW_ADMIN = _fixed("Airflow's first administrator", "the user admin")
_IMAGE_USER = Former(
    note="The images have users of their own, and init_data_dir.py gives them their folders."
)
_PACKAGES = Former(
    note="The images hold the packages of airflow/requirements.lock; nothing is installed at start."
)
_PROFILE = Former(note="Change it on the user's page in Airflow.")
_CLOCK = Former(note="All times are stored in UTC. Each restaurant has its own clock: ./stack locations.")
_MEMORY = Former(note="Change it with ALTER SYSTEM as postgres_admin; the setting stays in the data folder.")
_ONE_SERVER = Former(note="One PostgreSQL holds all databases. Its port is POSTGRES_PORT.")
_SERVICE = Former(
    "EVENT_PORT",
    "Airflow reads the event service of this stack; python -m sse_ingest reads any other (INGEST_SOURCE_URL).",
)

PREDECESSOR: Mapping[str, Former] = {
    # PostgreSQL
    "POSTGRES_SUPERUSER": _ADMIN,
    "POSTGRES_SUPERUSER_PASSWORD": Former("POSTGRES_ADMIN_PASSWORD"),
    "POSTGRES_DEFAULT_DB": _fixed("The superuser's database", "postgres"),
    "POSTGRES_USER": _ADMIN,
    "POSTGRES_PASSWORD": Former("POSTGRES_ADMIN_PASSWORD"),
    "POSTGRES_DB": _WAREHOUSE,
    "POSTGRES_EXTERNAL_PORT": Former("POSTGRES_PORT"),
    "POSTGRES_WORK_MEM": _MEMORY,
    "POSTGRES_MAINTENANCE_WORK_MEM": _MEMORY,
    "RESTAURANT_DB_USER": _OWNER,
    "RESTAURANT_DB_NAME": _WAREHOUSE,
    "RESTAURANT_DB_HOST": _ONE_SERVER,
    "RESTAURANT_DB_PORT": Former("POSTGRES_PORT"),
    "ANALYTICS_READONLY_USER": _READER,
    "ANALYTICS_READONLY_PASSWORD": Former("ANALYTICS_DB_PASSWORD"),
    "ANALYTICS_DB_USER": _READER,
    # event service
    "RESTAURANT_API_EXTERNAL_PORT": Former("EVENT_PORT"),
    "RESTAURANT_API_PORT": Former("EVENT_PORT"),
    "RESTAURANT_API_HOST": Former("EVENT_HOST"),
    "RESTAURANT_API_URL": _SERVICE,
    "API_EXTERNAL_PORT": Former("EVENT_PORT"),
    "API_PORT": Former("EVENT_PORT"),
    "API_HOST": Former("EVENT_HOST"),
    # Airflow
    "AIRFLOW_EXTERNAL_PORT": Former("AIRFLOW_PORT"),
    "AIRFLOW_WEBSERVER_PORT": Former("AIRFLOW_PORT"),
    "AIRFLOW_WEBSERVER_SECRET_KEY": Former("AIRFLOW_SECRET_KEY"),
    "AIRFLOW_DB_NAME": _fixed("Airflow's own database", "airflow_db"),
    "AIRFLOW_DB_USER": _WRITER,
    "AIRFLOW_DB_HOST": _ONE_SERVER,
    "AIRFLOW_DB_PORT": Former("POSTGRES_PORT"),
    "AIRFLOW_ADMIN_USER": _AIRFLOW_ADMIN,
    "AIRFLOW_ADMIN_USERNAME": _AIRFLOW_ADMIN,
    "AIRFLOW_ADMIN_EMAIL": _PROFILE,
    "AIRFLOW_ADMIN_FIRSTNAME": _PROFILE,
    "AIRFLOW_ADMIN_LASTNAME": _PROFILE,
    "AIRFLOW_VIEWER_USER": _fixed("Airflow's read-only user", "viewer"),
    "_AIRFLOW_WWW_USER_USERNAME": _AIRFLOW_ADMIN,
    "_AIRFLOW_WWW_USER_PASSWORD": Former("AIRFLOW_ADMIN_PASSWORD"),
    "_PIP_ADDITIONAL_REQUIREMENTS": _PACKAGES,
    "AIRFLOW_IMAGE_NAME": _PACKAGES,
    "AIRFLOW_VERSION": _PACKAGES,
    "AIRFLOW_UID": _IMAGE_USER,
    "AIRFLOW_GID": _IMAGE_USER,
    "AIRFLOW_EXECUTOR": _fixed("The executor", "LocalExecutor"),
    "AIRFLOW_MAX_ACTIVE_TASKS_PER_DAG": Former("AIRFLOW_DAG_CONCURRENCY"),
    "AIRFLOW_MAX_ACTIVE_RUNS_PER_DAG": Former(note="Each DAG file sets max_active_runs for itself."),
    # Metabase, pgAdmin and everything
    "METABASE_EXTERNAL_PORT": Former("METABASE_PORT"),
    "METABASE_DB_NAME": _fixed("Metabase's own database", "metabase_db"),
    "METABASE_DB_USER": _fixed("The owner of Metabase's own database", "metabase_user"),
    "PGADMIN_EXTERNAL_PORT": Former("PGADMIN_PORT"),
    "PGADMIN_DEFAULT_EMAIL": Former("PGADMIN_EMAIL"),
    "PGADMIN_DEFAULT_PASSWORD": Former("PGADMIN_PASSWORD"),
    "TZ": _CLOCK,
    "TIMEZONE": _CLOCK,
}
