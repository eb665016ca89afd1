"""`./stack up` with Airflow, as users start it, but in its own folder, on its own ports, and without simulator."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
from dotenv import dotenv_values

import init_data_dir
from local.processes.process_records import Processes
from local.servers import services
from local.servers.ports import free_ports
from local.settings import OWNER, PORTS, ROOT, WRITER, Settings
from tests.bench.processes.process import TOKEN

AIRFLOW = ("airflow-api-server", "airflow-dag-processor", "airflow-scheduler", "airflow-triggerer")
_CHANGES = {
    "EVENT_RATE": "0",
    "EVENT_PUBLISH_TOKEN": TOKEN,
    "EVENT_TS_MAX_AHEAD_HOURS": "8784",
}
_COMMAND_SECONDS = 600


class WholeStack:
    """The stack in `folder`."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o711)  # so that the system user that runs PostgreSQL for root can reach its data
        self._env_file = folder / "env"
        init_data_dir.write_env(ROOT / ".env.example", self._env_file)
        ports = dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
        own = {"DATA_DIR": str(folder / "var"), **ports, **_CHANGES}
        lines = self._env_file.read_text().splitlines()
        rest = [line for line in lines if line.partition("=")[0] not in own]
        self._env_file.write_text("\n".join([*rest, *(f"{name}={value}" for name, value in own.items()), ""]))
        values = {
            name: value or "" for name, value in dotenv_values(self._env_file, interpolate=False).items()
        }
        # Not by Settings.load, where variables of the environment win: they can be those of the user's own stack.
        self._environment = {name: value for name, value in os.environ.items() if name not in values}
        numbers = {name.lower(): int(values[name]) for name in PORTS}
        self.settings = Settings(ROOT, self._env_file, folder / "var", **numbers, values=values)

    @property
    def database_url(self) -> str:
        """The address of the warehouse for the writer."""
        return services.database_url(self.settings, WRITER)

    def command(self, *arguments: str) -> None:
        """Run `./stack …`; RuntimeError with its output when it fails."""
        result = subprocess.run(
            [sys.executable, "-m", "local", "--env-file", str(self._env_file), *arguments],
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=_COMMAND_SECONDS,
            check=False,
        )
        if result.returncode:
            raise RuntimeError(
                f"./stack {' '.join(arguments)} failed: {result.stdout[-2000:]}{result.stderr[-2000:]}"
            )

    def tidy(self) -> None:
        """Vacuum now, so that autovacuum does not do it during a measurement."""
        url = services.database_url(self.settings, OWNER)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE)")

    def pause(self, dag: str, *, paused: bool) -> None:
        """Pause or unpause a DAG."""
        self._airflow("PATCH", f"/dags/{dag}", {"is_paused": paused})

    def quiet(self, dag: str) -> bool:
        """Whether an unpaused DAG starts a run at once, and Airflow has half a minute without other work.

        In that time Airflow neither parses the DAG, which it does every minute, nor starts the run after that.
        """
        state = self._airflow("GET", f"/dags/{dag}")
        now = time.time()
        parsed, due = (
            datetime.fromisoformat(state[name]).timestamp()
            for name in ("last_parsed_time", "next_dagrun_run_after")
        )
        return due < now and parsed + 5 < now < parsed + 30

    def _airflow(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The answer of Airflow's API to its admin."""
        login = {"username": "admin", "password": self.settings.values["AIRFLOW_ADMIN_PASSWORD"]}
        with httpx.Client(base_url=self.settings.airflow_url, timeout=30, trust_env=False) as client:
            token = client.post("/auth/token", json=login).raise_for_status().json()["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            answer = client.request(method, f"/api/v2{path}", json=body, headers=headers)
            content: dict[str, Any] = answer.raise_for_status().json()
            return content

    def families(self) -> dict[str, int]:
        """The processes by name, for a CpuMeter."""
        records = Processes(self.settings.run_dir)
        postmaster = services.postgres(self.settings).pid()
        pids = {name: record.pid for name in ("api", *AIRFLOW) if (record := records.find(name))}
        if postmaster is None or len(pids) < 1 + len(AIRFLOW):
            raise RuntimeError("a part of the stack has ended")
        return {**pids, "PostgreSQL": postmaster}


@contextmanager
def whole_stack(folder: Path) -> Iterator[WholeStack]:
    """Bring the stack up, and down on exit, also when a signal ends the bench."""
    stack = WholeStack(folder)
    try:
        stack.command("up", "--detach")
        yield stack
    finally:
        stack.command("down")
