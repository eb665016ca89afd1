"""`python -m local.servers.airflow_process COMMAND …`: an Airflow process that loads before it may start.

Importing Airflow takes seconds of CPU time, so all processes begin at once. Each waits, loaded, until the setup has
prepared the database; the scheduler also until the API server answers, because its tasks report there.
"""

import importlib
import os
import sys
import time
from collections.abc import Callable

import psycopg
from airflow.__main__ import main

from local.servers.airflow import PREPARED_BY, Health, prepared_by

POLL_SECONDS = 0.2
API_APPLICATION = "airflow.api_fastapi.app"


def load(command: str) -> None:
    """Import what the command is about to import."""
    importlib.import_module(f"airflow.cli.commands.{command.replace('-', '_')}_command")
    if command == "api-server":
        importlib.import_module(API_APPLICATION)


def prepared() -> bool:
    """Whether the database has the tables of these versions."""
    address = os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].replace("+psycopg2", "", 1)
    try:
        with psycopg.connect(address) as connection:
            return connection.execute(PREPARED_BY).fetchone() == (prepared_by(),)
    except psycopg.OperationalError:
        return False


def wait(condition: Callable[[], bool]) -> None:
    """The launcher, or whoever else started us, ends us when that takes too long."""
    while not condition():
        time.sleep(POLL_SECONDS)


if __name__ == "__main__":
    load(sys.argv[1])
    wait(prepared)
    if sys.argv[1] == "scheduler":
        wait(Health(os.environ["AIRFLOW__API__BASE_URL"]).server)
    sys.argv[0] = "airflow"
    main()  # type: ignore[no-untyped-call]
