"""A warehouse that was not migrated: the operators say so, and their tasks are not retried."""

from typing import Any

import pytest

pytestmark = [pytest.mark.airflow, pytest.mark.integration]


def test_every_operator_names_the_command_that_is_missing(probe: Any, warehouse: Any) -> None:
    server, _, _ = warehouse.url("postgres_admin").rpartition("/")
    connection = f"{server}/postgres".replace("postgresql://", "postgres://", 1)

    errors = probe("missing_objects", {"AIRFLOW_CONN_POSTGRES_RESTAURANT": connection})

    assert errors.keys() == {"anomalies", "checks", "maintenance", "quality", "rollups"}
    for name, (error, message) in errors.items():
        assert error == "AirflowFailException", (name, message)
        assert "run `python -m sql migrate`. PostgreSQL says: " in message
