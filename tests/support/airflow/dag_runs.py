"""Commands of Airflow, forked from one that is imported already: a run of a DAG, and what its tasks returned."""

import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.waiting import eventually

_LONGEST = 600.0  # seconds of a command
_NEWEST = """
import json, sys
from airflow.models.xcom import XComModel
from airflow.utils.session import create_session
from sqlalchemy import select
with create_session() as session:
    query = select(XComModel.value).filter_by(dag_id=sys.argv[1], task_id=sys.argv[2], key='return_value')
    value = session.scalars(query.order_by(XComModel.timestamp.desc())).first()
print(value if isinstance(value, str) else json.dumps(value))
"""


@contextmanager
def warm_airflow(env: Mapping[str, str]) -> Iterator[None]:
    """Inside, the functions of this module work with AIRFLOW_HOME of that environment."""
    home = env["AIRFLOW_HOME"]
    command = [sys.executable, "-m", "tests.support.airflow.warm_server", str(_socket(env))]
    with (
        Path(home, "warm.log").open("wb") as log,
        subprocess.Popen(command, env=env, cwd=home, stdout=log, stderr=log) as server,
    ):
        try:
            eventually(lambda: _socket(env).exists() or server.poll() is not None, "Airflow is imported")
            assert server.poll() is None, Path(home, "warm.log").read_text()
            yield
        finally:
            server.terminate()


def dags_test(dag_id: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """`airflow dags test`: one run of a DAG."""
    return airflow(["dags", "test", dag_id], env)


def airflow(arguments: list[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """A command of Airflow."""
    return _sent(arguments, env, "")


def output(result: subprocess.CompletedProcess[str]) -> str:
    return result.stdout[-20000:] + result.stderr[-6000:]


def xcom(env: Mapping[str, str], dag_id: str, task_id: str) -> Any:
    """The newest return value of a task, from Airflow's own database."""
    result = _sent([dag_id, task_id], env, _NEWEST)
    assert result.returncode == 0, output(result)
    return json.loads(result.stdout.splitlines()[-1])


def _sent(arguments: list[str], env: Mapping[str, str], code: str) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_LONGEST)
        printed = [Path(folder, name) for name in ("stdout", "stderr")]
        request = {
            "arguments": arguments,
            "code": code,
            "environment": dict(env),
            "folder": env["AIRFLOW_HOME"],
            "output": [str(file) for file in printed],
        }
        connection.connect(str(_socket(env)))
        with connection.makefile("rw") as lines:
            lines.write(json.dumps(request) + "\n")
            lines.flush()
            answer = int(lines.readline())
        return subprocess.CompletedProcess(
            arguments, answer, *(file.read_text(errors="replace") for file in printed)
        )


def _socket(env: Mapping[str, str]) -> Path:
    return Path(env["AIRFLOW_HOME"], "warm")
