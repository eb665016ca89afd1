"""Each operator of the warehouse in a database that has none of its objects: prints what it raised."""

import json
import sys
from types import SimpleNamespace
from typing import Any

import airflow.settings  # noqa: F401 - puts the plugins folder on sys.path
from airflow.sdk import BaseOperator

from restaurant_warehouse.operators.anomalies import PaymentScoringOperator
from restaurant_warehouse.operators.checks import WarehouseCheckOperator
from restaurant_warehouse.operators.maintenance import PartitionsAheadOperator
from restaurant_warehouse.operators.quality import DataQualityOperator
from restaurant_warehouse.operators.rollups import RollupRefreshOperator

OPERATORS: list[BaseOperator] = [
    PaymentScoringOperator(task_id="anomalies"),
    WarehouseCheckOperator(task_id="checks", check="health_check"),
    PartitionsAheadOperator(task_id="maintenance"),
    DataQualityOperator(task_id="quality", severity="critical"),
    RollupRefreshOperator(task_id="rollups"),
]


def error_of(operator: BaseOperator) -> list[str]:
    context: Any = {"ti": SimpleNamespace(xcom_push=lambda **_: None)}
    try:
        operator.execute(context)
    except Exception as error:  # noqa: BLE001 - which one is the answer
        return [type(error).__name__, str(error)]
    return []


sys.stdout.write(json.dumps({operator.task_id: error_of(operator) for operator in OPERATORS}) + "\n")
