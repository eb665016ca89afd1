"""Run inside Airflow's environment: bring its database up to date, make its users or correct their passwords.

One process for both, because importing Airflow is most of the time that either takes.
"""

import os

import psycopg
from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
from airflow.providers.fab.auth_manager.security_manager.override import FabAirflowSecurityManagerOverride
from airflow.utils.db import initdb
from airflow.utils.providers_configuration_loader import providers_configuration_loaded

from local.servers.airflow import USERS, prepared_by


@providers_configuration_loaded
def prepare() -> None:
    """Migrate, then the users."""
    initdb()
    with get_application_builder() as builder:
        for user, role in USERS.items():
            _ensure_user(builder.sm, user, role, os.environ[f"AIRFLOW_{user.upper()}_PASSWORD"])
    _say_so()


def _ensure_user(security: FabAirflowSecurityManagerOverride, user: str, role: str, password: str) -> None:
    account = security.find_user(username=user)
    if account is None:
        new_account = security.add_user(
            user, user.title(), "Restaurant", f"{user}@example.com", security.find_role(role), password
        )
        if not new_account:
            raise SystemExit(f"Airflow could not make its user {user}: see the lines above.")
    else:
        security.reset_password(account.id, password)


def _say_so() -> None:
    """Leave the versions in the database itself, so that a restored or lost one is not taken for prepared."""
    address = os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].replace("+psycopg2", "", 1)
    with psycopg.connect(address) as connection:
        connection.execute(psycopg.sql.SQL("COMMENT ON TABLE ab_user IS {}").format(prepared_by()))


if __name__ == "__main__":
    prepare()
