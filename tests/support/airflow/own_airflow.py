"""An Airflow of one's own: the four processes of an installation, on loopback, with DAGs in a folder."""

import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.support.fresh_environment import environment
from tests.support.ports import free_port

_PARTS = {
    "api-server": ["--host", "127.0.0.1", "--workers", "1"],
    "dag-processor": [],
    "scheduler": ["--skip-serve-logs"],
    "triggerer": ["--skip-serve-logs"],
}
HEALTHY = ("metadatabase", "scheduler", "dag_processor", "triggerer")
"""The parts that Airflow's home page shows."""


class OwnAirflow:
    """Started by `start`, ended by `stop`. DAGs that appear in `dags` run without being asked."""

    def __init__(self, python: Path, home: Path, metadata_url: str, variables: Mapping[str, str]) -> None:
        self.dags = home / "dags"
        self.dags.mkdir(parents=True)
        self._python = python
        self._home = home
        port = free_port()
        self._url = f"http://127.0.0.1:{port}"
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        own = {
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__API__BASE_URL": self._url,
            "AIRFLOW__API__PORT": str(port),
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.dags),
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self._url}/execution/",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__HOSTNAME_CALLABLE": "socket.gethostname",
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__PARALLELISM": "4",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
            "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata_url,
        }
        self._env = environment() | own | dict(variables)

    def start(self) -> None:
        """Return once all four processes are healthy."""
        with (self._home / "migrate.log").open("wb") as log:
            migrate = [str(self._python), "-m", "airflow", "db", "migrate"]
            subprocess.run(migrate, env=self._env, cwd=self._home, check=True, stdout=log, stderr=log)
        for part, options in _PARTS.items():
            with (self._home / f"{part}.log").open("wb") as log:
                self._processes[part] = subprocess.Popen(
                    [str(self._python), "-m", "airflow", part, *options],
                    env=self._env,
                    cwd=self._home,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        self.until(self._healthy, "Airflow is healthy")

    def stop(self) -> None:
        """End the processes and everything that they have started. Nothing of theirs is needed afterwards."""
        trees: list[psutil.Process] = []
        for process in self._processes.values():
            with suppress(psutil.NoSuchProcess):
                leader = psutil.Process(process.pid)
                trees += [leader, *leader.children(recursive=True)]
        for member in trees:
            with suppress(psutil.NoSuchProcess):
                member.kill()
        for process in self._processes.values():
            process.wait(20)

    def api(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Airflow's REST API."""
        with httpx.Client(base_url=self._url, timeout=60) as client:
            token = client.get("/auth/token").json()["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            answer = client.request(method, f"/api/v2{path}", json=body, headers=headers)
            assert answer.is_success, answer.text
            content: dict[str, Any] = answer.json()
            return content

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """The runs of a DAG, the oldest first; none while Airflow has not read its file."""
        known = [dag["dag_id"] for dag in self.api("GET", "/dags")["dags"]]
        if dag_id not in known:
            return []
        runs = self.api("GET", f"/dags/{dag_id}/dagRuns?order_by=run_after&limit=100")["dag_runs"]
        return list(runs)

    def until(self, condition: Callable[[], Any], what: str, seconds: float = 300) -> Any:
        """What the condition gave first that is true; fails with the ends of the logs."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if value := condition():
                return value
            ended = {part: p.returncode for part, p in self._processes.items() if p.poll() is not None}
            assert not ended, f"ended while waiting until {what}: {ended}\n{self._last_words()}"
            time.sleep(0.2)
        raise AssertionError(f"not within {seconds:g} s: {what}\n{self._last_words()}")

    def _healthy(self) -> bool:
        try:
            health = httpx.get(f"{self._url}/api/v2/monitor/health", timeout=10).json()
        except (httpx.TransportError, ValueError):
            return False
        return all(health[part] and health[part]["status"] == "healthy" for part in HEALTHY)

    def _last_words(self) -> str:
        return "\n".join(
            f"--- {log.name}\n{log.read_text(errors='replace')[-1500:]}"
            for log in sorted(self._home.glob("*.log"))
        )
