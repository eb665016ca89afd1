"""PostgreSQL goes away while the rules run: what it stored before is reported, the rest is tried again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.airflow, pytest.mark.integration]

RULE = """-- dimension: timestamps
-- owner: me
-- description: It holds.
-- remedy: Mend it.
"""
FAILS = "SELECT 'X1' AS order_id, true AS failed"
PASSES = "SELECT 'X1' AS order_id, false AS failed"
RESTARTS = "SELECT pg_terminate_backend(pg_backend_pid()) AS failed"
Operate = Callable[..., Any]


@pytest.fixture
def operate(probe: Any, warehouse: Any, tmp_path: Path) -> Operate:
    """The operator over these rules, in this order."""

    def run(*rules: str, url: str | None = None) -> Any:
        folder = tmp_path / "warning"
        folder.mkdir(exist_ok=True)
        for number, rule in enumerate(rules):
            (folder / f"rule_{number}.sql").write_text(RULE + rule, encoding="utf-8")
        connection = url or warehouse.url("airflow_user").replace("postgresql://", "postgres://", 1)
        return probe("quality", {"RULES": str(tmp_path), "AIRFLOW_CONN_POSTGRES_RESTAURANT": connection})

    return run


def test_what_was_found_before_is_reported(operate: Operate, warehouse: Any) -> None:
    report = operate(FAILS, RESTARTS, PASSES)
    assert (report["raised"], report["is_new_failure"]) == ("QualityFailure", True)
    assert "order_id=X1" in report["says"]
    assert [line.split()[0] for line in report["says"].splitlines() if "could not be run" in line] == [
        "rule_1",
        "rule_2",
    ]
    assert [(one["rule"], one["sample"]) for one in report["return_value"]] == [
        ("rule_0", [{"order_id": "X1"}])
    ]
    with warehouse.connect("restaurant_user") as owner:
        stored = owner.execute("SELECT rule, status FROM analytics.data_quality_results").fetchall()
    assert stored == [("rule_0", "failed")]


@pytest.mark.parametrize("before", [[], [PASSES]])
def test_where_nothing_would_be_lost_airflow_tries_again(operate: Operate, before: list[str]) -> None:
    assert operate(*before, RESTARTS, FAILS)["raised"] == "AdminShutdown"


def test_a_database_that_cannot_be_reached_is_tried_again(operate: Operate, free_port: int) -> None:
    url = f"postgres://airflow_user:secret@127.0.0.1:{free_port}/restaurant_analytics"
    assert operate(FAILS, url=url)["raised"] == "OperationalError"
