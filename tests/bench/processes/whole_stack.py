"""`./stack up`, Airflow included, as users start it: in a folder and on ports of the bench, its simulator silent."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
from dotenv import dotenv_values

import init_data_dir
from local import services
from local.ports import free_ports
from local.processes import Processes
from local.settings import OWNER, PORTS, ROOT, WRITER, Settings
from tests.bench.processes.process import TOKEN

AIRFLOW = ("airflow-api-server", "airflow-dag-processor", "airflow-scheduler")
_CHANGES = {
    "EVENT_RATE": "0",
    "EVENT_PUBLISH_TOKEN": TOKEN,
    "EVENT_TS_MAX_AHEAD_HOURS": "8784",
}
_COMMAND_SECONDS = 600
_LOOK_SECONDS = 0.5


class WholeStack:
    """What runs in `folder`."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o711)  # so that the system user that runs PostgreSQL for root gets to its data
        self._env_file = folder / "env"
        init_data_dir.write_env(ROOT / ".env.example", self._env_file)
        ports = dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
        own = {"DATA_DIR": str(folder / "var"), **ports, **_CHANGES}
        lines = self._env_file.read_text().splitlines()
        kept = [line for line in lines if line.partition("=")[0] not in own]
        self._env_file.write_text("\n".join([*kept, *(f"{name}={value}" for name, value in own.items()), ""]))
        values = {
            name: value or "" for name, value in dotenv_values(self._env_file, interpolate=False).items()
        }
        # Not by Settings.load: variables of the user's own stack may stand in our environment, and win there.
        self._environment = {name: value for name, value in os.environ.items() if name not in values}
        numbers = {name.lower(): int(values[name]) for name in PORTS}
        self.settings = Settings(ROOT, self._env_file, folder / "var", **numbers, values=values)

    @property
    def database_url(self) -> str:
        """The warehouse, for the writer."""
        return services.database_url(self.settings, WRITER)

    def command(self, *arguments: str) -> None:
        """`./stack …`; RuntimeError with its words when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "local", "--env-file", str(self._env_file), *arguments],
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=_COMMAND_SECONDS,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(
                f"./stack {' '.join(arguments)} failed: {done.stdout[-2000:]}{done.stderr[-2000:]}"
            )

    def tidy(self) -> None:
        """Do what autovacuum would else do after so many inserts, at a time of its own."""
        url = services.database_url(self.settings, OWNER)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE)")

    def pause(self, dag: str, *, paused: bool) -> None:
        """Pause a DAG, or let it go on."""
        self._airflow("PATCH", f"/dags/{dag}", {"is_paused": paused})

    def quiet(self, dag: str) -> bool:
        """Whether a run would begin as soon as the DAG goes on, with half a minute for itself.

        Neither is the DAG about to be parsed again, which is done every minute, nor the run after that one to begin.
        """
        told = self._airflow("GET", f"/dags/{dag}")
        now = time.time()
        parsed, due = (
            datetime.fromisoformat(told[name]).timestamp()
            for name in ("last_parsed_time", "next_dagrun_run_after")
        )
        return due < now and parsed + 5 < now < parsed + 30

    def _airflow(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """What Airflow's API answers to its admin."""
        login = {"username": "admin", "password": self.settings.values["AIRFLOW_ADMIN_PASSWORD"]}
        with httpx.Client(base_url=self.settings.airflow_url, timeout=30, trust_env=False) as client:
            token = client.post("/auth/token", json=login).raise_for_status().json()["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            answer = client.request(method, f"/api/v2{path}", json=body, headers=headers)
            told: dict[str, Any] = answer.raise_for_status().json()
            return told

    def families(self) -> dict[str, int]:
        """Its processes, for a CpuMeter."""
        records = Processes(self.settings.run_dir)
        postmaster = services.postgres(self.settings).pid()
        found = {name: record.pid for name in ("api", *AIRFLOW) if (record := records.find(name))}
        if postmaster is None or len(found) < 1 + len(AIRFLOW):
            raise RuntimeError("a part of the stack has ended")
        return {**found, "PostgreSQL": postmaster}


@contextmanager
def whole_stack(folder: Path) -> Iterator[WholeStack]:
    """Bring the stack up, and down on exit, also when a signal ends the bench."""
    stack = WholeStack(folder)
    try:
        stack.command("up", "--detach")
        yield stack
    finally:
        stack.command("down")


def wait_for(condition: Callable[[], bool], what: str, seconds: float) -> None:
    """Return when it holds; RuntimeError when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not within {seconds:g} s: {what}")
        time.sleep(_LOOK_SECONDS)
