"""The whole stack as its users start it, in a data folder and on ports of its own."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg

import init_data_dir
from local.code_path import python_path
from local.errors import StackError
from local.processes.process_records import Processes, Record
from local.servers.scratch import folder_in_memory
from local.servers.services import database_url
from local.settings import Settings
from tests.support.contention import Contention
from tests.support.ports import free_port
from tests.support.service import ROOT
from tests.support.waiting import eventually


class RunningStack:
    """`./stack up` in the foreground: it starts again what a test kills."""

    def __init__(self, folder: Path, changes: Mapping[str, str]) -> None:
        folder.chmod(0o711)  # so that the system user that runs PostgreSQL for root gets to its data
        self.env_file = folder / "env"
        self._output = folder / "up.log"
        init_data_dir.write_env(ROOT / ".env.example", self.env_file)
        ports = ("POSTGRES_PORT", "EVENT_PORT", "AIRFLOW_PORT", "DASHBOARD_PORT")
        own = {"DATA_DIR": str(folder / "var"), **{name: str(free_port()) for name in ports}, **changes}
        lines = self.env_file.read_text().splitlines()
        rest = [line for line in lines if line.partition("=")[0] not in own]
        self.env_file.write_text("\n".join([*rest, *(f"{name}={value}" for name, value in own.items()), ""]))
        self.settings = Settings.load(ROOT, self.env_file)
        self._up: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        """Return once the table of addresses is printed."""
        with self._output.open("wb") as output:
            self._up = subprocess.Popen(
                self._command("up", *options), stdout=output, stderr=output, env=_environment()
            )
        busy, began = Contention(), time.monotonic()
        while self.settings.event_url not in self._output.read_text(errors="replace"):
            if self._up.poll() is not None or time.monotonic() - began > 240 + busy.seconds:
                raise StackError(f"./stack up did not come up:\n{self._output.read_text(errors='replace')}")
            time.sleep(0.2)

    def stop(self) -> None:
        """Ctrl-C, as a user would."""
        if self._up is not None and self._up.poll() is None:
            self._up.send_signal(signal.SIGINT)
            self._up.wait(120)

    def cli(self, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._command(*arguments),
            capture_output=True,
            text=True,
            timeout=timeout,
            env=_environment(),
            check=False,
        )

    def query(self, statement: str, role: str = "restaurant_user") -> list[tuple[Any, ...]]:
        with psycopg.connect(database_url(self.settings, role), autocommit=True) as connection:
            return connection.execute(statement.encode()).fetchall()

    def value(self, statement: str) -> Any:
        """The first column of the first row; None without one."""
        rows = self.query(statement)
        return rows[0][0] if rows else None

    def await_committed(self) -> int:
        """Wait until every event of the log is committed; the offset of the newest."""
        head = 0

        def caught_up() -> bool:
            nonlocal head
            head = httpx.get(f"{self.settings.event_url}/health", timeout=30).json()["head_offset"]
            return bool((self.value("SELECT event_offset FROM raw_data.stream_checkpoints") or 0) == head)

        eventually(caught_up, "every event of the log is committed")
        return head

    def members(self, service: str) -> list[psutil.Process]:
        """A service's process and everything that it has started."""
        return self.record(service).members()

    def leader(self, service: str) -> psutil.Process:
        leader = self.record(service).leader()
        assert leader is not None, f"{service} does not run"
        return leader

    def record(self, service: str) -> Record:
        """What the launcher wrote down about the process that runs now, also once it has ended."""
        record = Processes(self.settings.run_dir).find(service)
        assert record is not None, f"{service} does not run"
        return record

    def airflow(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Airflow's REST API, as admin."""
        password = self.settings.values["AIRFLOW_ADMIN_PASSWORD"]
        login = {"username": "admin", "password": password}
        with httpx.Client(base_url=self.settings.airflow_url, timeout=30) as client:
            token = client.post("/auth/token", json=login).json()["access_token"]
            answer = client.request(
                method, f"/api/v2{path}", json=body, headers={"Authorization": f"Bearer {token}"}
            )
            assert answer.is_success, answer.text
            answered: dict[str, Any] = answer.json()
            return answered

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "local", "--env-file", str(self.env_file), *arguments]


@contextmanager
def running_stack(changes: Mapping[str, str], folder: Path | None = None) -> Iterator[RunningStack]:
    """Up when it is entered; it and its folder are gone afterwards."""
    folder = folder or folder_in_memory("stack-")
    running = RunningStack(folder, changes)
    try:
        running.start()
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder)


def _environment() -> dict[str, str]:
    path = python_path(ROOT)
    return {**os.environ, "PYTHONPATH": path, "COLUMNS": "200"}
