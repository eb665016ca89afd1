"""Connections of many shapes, from the JSON in CONNECTIONS: prints the address of each, or its error."""

import json
import os
import sys
from dataclasses import asdict
from typing import Any

import airflow.settings  # noqa: F401 - puts the plugins folder on sys.path

from sse_ingest.airflow.connections import database_url, stream_address


def came_to(resolve: Any, connection: dict[str, Any]) -> Any:
    os.environ["AIRFLOW_CONN_IT"] = json.dumps(connection)
    try:
        return resolve("it")
    except Exception as error:  # noqa: BLE001 - which one is the answer
        return f"{type(error).__name__}: {error}"


connections = json.loads(os.environ["CONNECTIONS"])
del os.environ["CONNECTIONS"]
report = {
    "database": [came_to(database_url, connection) for connection in connections["database"]],
    "source": [
        came_to(lambda it: asdict(stream_address(it)), connection) for connection in connections["source"]
    ],
}
del os.environ["AIRFLOW_CONN_IT"]
try:
    database_url("nowhere")
except Exception as error:  # noqa: BLE001 - which one is the answer
    report["nowhere"] = [type(error).__name__, str(error)]
sys.stdout.write(json.dumps(report) + "\n")
