"""The notifiers as Airflow calls them, towards the servers named in the environment: prints what each case came to."""

import json
import sys
from types import SimpleNamespace
from typing import Any

import airflow.settings  # noqa: F401 - puts the plugins folder on sys.path

from restaurant_warehouse.operators.alerts import alerts
from restaurant_warehouse.operators.quality import QualityFailure


def context(error: BaseException | None, last_state: str | None = None) -> Any:
    def previous() -> Any:
        if last_state == "unknown":
            raise ConnectionError("Airflow's API is down")
        return SimpleNamespace(state=last_state) if last_state else None

    ti = SimpleNamespace(
        dag_id="quality",
        task_id="critical_rules",
        log_url="http://airflow/log?a=1&b=2",
        get_previous_ti=previous,
    )
    return {"ti": ti, "run_id": "run-1", **({} if error is None else {"exception": error})}


# As in a DAG: one list for all tasks.
ALERTS = alerts()


def alerted(error: BaseException | None, last_state: str | None = None) -> Any:
    answers = []
    for alert in ALERTS:
        try:
            alert(context(error, last_state))
        except Exception as problem:  # noqa: BLE001 - which one is the answer
            answers.append(f"{type(problem).__name__}: {problem}")
        else:
            answers.append("done")
    return answers


ROWS = "payments_add_up\n  order_id=1, item=<b>{{ 7 * 7 }}</b> & co"
sys.stdout.write(
    json.dumps(
        {
            "new failure": alerted(QualityFailure(ROWS, is_new_failure=True)),
            "known failure": alerted(QualityFailure("reported before", is_new_failure=False)),
            "first failure": alerted(RuntimeError("first failure"), "success"),
            "lasting failure": alerted(RuntimeError("lasting failure"), "failed"),
            "last state unknown": alerted(RuntimeError("last state unknown"), "unknown"),
            "ended from outside": alerted(None),
        }
    )
    + "\n"
)
