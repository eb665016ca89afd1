"""The operator over the rules in the folder RULES: prints what went to XCom, and what it raised."""

import json
import os
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import airflow.settings  # noqa: F401 - puts the plugins folder on sys.path

from restaurant_warehouse.operators import quality as warehouse_quality
from restaurant_warehouse.operators.quality import DataQualityOperator
from restaurant_warehouse.quality.rules import load


def executed() -> dict[str, Any]:
    pushed: dict[str, Any] = {}
    context: Any = {"ti": SimpleNamespace(xcom_push=lambda key, value: pushed.update({key: value}))}
    try:
        DataQualityOperator(task_id="t", severity="warning").execute(context)
    except Exception as error:  # noqa: BLE001 - which one is the answer
        pushed |= {
            "raised": type(error).__name__,
            "says": str(error),
            "is_new_failure": getattr(error, "is_new_failure", None),
        }
    return pushed


with patch.object(warehouse_quality, "load", partial(load, Path(os.environ["RULES"]))):
    sys.stdout.write(json.dumps(executed()) + "\n")
