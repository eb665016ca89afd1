"""One run of a DAG by `airflow dags test`, and what its tasks returned."""

import json
import subprocess
import sys
from typing import Any


def dags_test(dag_id: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "airflow", "dags", "test", dag_id]
    return subprocess.run(
        command, env=env, cwd=env["AIRFLOW_HOME"], capture_output=True, text=True, check=False, timeout=600
    )


def output(result: subprocess.CompletedProcess[str]) -> str:
    return result.stdout[-20000:] + result.stderr[-6000:]


def xcom(env: dict[str, str], dag_id: str, task_id: str) -> Any:
    """The newest return value of a task, from Airflow's own database."""
    code = (
        "import json, sys\n"
        "from airflow.models.xcom import XComModel\n"
        "from airflow.utils.session import create_session\n"
        "from sqlalchemy import select\n"
        "with create_session() as s:\n"
        "    q = select(XComModel.value).filter_by(dag_id=sys.argv[1], task_id=sys.argv[2], key='return_value')\n"
        "    v = s.scalars(q.order_by(XComModel.timestamp.desc())).first()\n"
        "print(v if isinstance(v, str) else json.dumps(v))\n"
    )
    command = [sys.executable, "-c", code, dag_id, task_id]
    result = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
    return json.loads(result.stdout.splitlines()[-1])
