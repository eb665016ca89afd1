"""Airflow once imported: `python -m tests.support.airflow.warm_server SOCKET` forks for each command that it is sent.

Importing Airflow takes seconds, and each command would do it again. A request is one line of JSON: arguments for
`airflow` or for Python code, an environment, a folder to work in, files for its output. The answer is the exit code.
"""

import json
import os
import socket
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

from airflow.__main__ import main as airflow

_IMPORTED = (
    "airflow.api_fastapi.execution_api.app",
    "airflow.cli.commands.dag_command",
    "airflow.dag_processing.dagbag",
    "airflow.models.xcom",
    "airflow.sdk.execution_time.supervisor",
    "airflow.sdk.execution_time.task_runner",
)


def main() -> None:
    """Serve one request after the other, until this process is ended."""
    for module in _IMPORTED:
        import_module(module)
    with socket.socket(socket.AF_UNIX) as listener:
        address = Path(f"{sys.argv[1]}.new")
        listener.bind(str(address))
        listener.listen()
        address.rename(sys.argv[1])  # who sees it can connect
        while True:
            connection, _ = listener.accept()
            with connection, connection.makefile("rw") as lines:
                lines.write(f"{_forked(json.loads(lines.readline()), listener)}\n")


def _forked(request: dict[str, Any], listener: socket.socket) -> int:
    """Answer a request in a process of its own; its exit code."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    listener.close()
    os._exit(_answered(request))


def _answered(request: dict[str, Any]) -> int:
    """Become the process that the request describes."""
    for stream, path in zip((sys.stdout, sys.stderr), request["output"], strict=True):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), stream.fileno())
    os.environ.clear()
    os.environ |= request["environment"]
    os.chdir(request["folder"])
    sys.argv = ["airflow", *request["arguments"]]
    try:
        if code := request["code"]:
            exec(code, {"__name__": "__main__"})
        else:
            airflow()  # type: ignore[no-untyped-call]
    except SystemExit as end:
        return _code(end.code)
    except BaseException:  # noqa: BLE001 - as the interpreter does at the end of a program
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def _code(code: object) -> int:
    """The exit code that the interpreter would make of it."""
    if code is None or isinstance(code, int):
        return code or 0
    sys.stderr.write(f"{code}\n")
    return 1


if __name__ == "__main__":
    main()
