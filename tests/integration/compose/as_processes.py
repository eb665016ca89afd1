"""The services of docker-compose.yml as processes: their own commands, environments and healthchecks.

What differs from a container is its place only: host names become loopback, ports and folders become free ones.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from local.code_path import python_path
from tests.support.contention import Contention
from tests.support.guard import mark
from tests.unit.compose.compose_file import ROOT, env_file, load

IMAGES = {"restaurant-warehouse-api:local": "api", "restaurant-warehouse-airflow:local": "airflow"}
HOSTS = r"(?:postgres|api|airflow-api-server|127\.0\.0\.1)"


@dataclass
class Processes:
    """A place for the services. `ports` says where a container's port is on this machine."""

    home: Path
    values: Mapping[str, str]
    ports: Mapping[str, int]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.services: dict[str, dict[str, Any]] = load(self.values)["services"]
        for folder in ("data", "tmp", "airflow/logs"):
            (self.home / folder).mkdir(parents=True)
        for folder in ("dags", "plugins"):  # as airflow/Dockerfile copies them
            shutil.copytree(ROOT / "airflow" / folder, self.home / "airflow" / folder, ignore=_caches)
        (self.home / "airflow" / "airflow.cfg").touch()

    def environment(self, service: str) -> dict[str, str]:
        """The image's, the env file's and the service's own; of this shell's only the mark of the test run."""
        spec = self.services[service]
        values = _image_environment(IMAGES[spec["image"]])
        for name in spec.get("env_file", []):
            values |= env_file(ROOT / name)
        moved = {name: self._move(value) for name, value in (values | spec["environment"]).items()}
        moved["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        # The images hold these packages elsewhere: as wheels, and beside the service.
        moved["PYTHONPATH"] += f":{python_path(ROOT)}"
        return (
            moved
            | mark()
            | {
                "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(self.ports["8793"]),
                "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(self.ports["8794"]),
            }
        )

    def once(self, service: str) -> subprocess.CompletedProcess[str]:
        """Run a one-shot service to its end."""
        return self._run(service, self.services[service]["command"], timeout=600)

    def healthy(self, service: str) -> bool:
        """Whether the service's healthcheck passes now. As for Docker, one that does not end in time has failed."""
        check = self.services[service]["healthcheck"]
        assert check["test"][0] == "CMD"
        try:
            result = self._run(service, check["test"][1:], timeout=float(check["timeout"][:-1]))
        except subprocess.TimeoutExpired:
            return False
        return result.returncode == 0

    def start(self, service: str) -> None:
        """Start a lasting service; its output goes to a file."""
        with (self.home / f"{service}.log").open("wb") as log:
            self.running[service] = subprocess.Popen(
                [self._move(word) for word in self.services[service]["command"]],
                env=self.environment(service),
                cwd=self.home / "tmp",
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_healthy(self, service: str) -> None:
        """Ask as Docker does: through the start period and all retries."""
        check = self.services[service]["healthcheck"]
        busy, began, period = Contention(), time.monotonic(), float(check["start_period"][:-1])
        while not self.healthy(service):
            ended = self.running[service].poll()
            assert ended is None, f"{service} ended with {ended}: {self.log(service)}"
            within = time.monotonic() - began < period + busy.seconds
            assert within, f"{service} did not get healthy: {self.log(service)}"
            time.sleep(1)

    def stop(self, service: str) -> float:
        """Stop it as Docker would; the seconds that it took. It must end by itself within its grace period."""
        process, spec = self.running.pop(service), self.services[service]
        family = _family(process)
        busy, started, grace = Contention(), time.monotonic(), float(spec["stop_grace_period"][:-1])
        if spec.get("environment", {}).get("TINI_KILL_PROCESS_GROUP"):
            os.killpg(process.pid, signal.SIGTERM)
        else:
            process.terminate()
        try:
            while process.poll() is None:
                assert time.monotonic() - started < grace + busy.seconds, f"{service} does not stop"
                time.sleep(0.05)
        finally:
            _kill(family)
        return time.monotonic() - started

    def log(self, service: str) -> str:
        """The end of its output."""
        return (self.home / f"{service}.log").read_text(encoding="utf-8", errors="replace")[-4000:]

    def _run(self, service: str, command: list[str], timeout: float) -> subprocess.CompletedProcess[str]:
        words = [self._move(word) for word in command]
        env, where = self.environment(service), self.home / "tmp"
        return subprocess.run(
            words, env=env, cwd=where, timeout=timeout, capture_output=True, text=True, check=False
        )

    def _move(self, text: str) -> str:
        """The same text with this machine's places for the container's."""
        if text.startswith("{"):
            connection = json.loads(text)
            if not connection["host"]:  # nobody to alert
                return text
            return json.dumps(connection | {"host": "127.0.0.1", "port": self.ports[str(connection["port"])]})
        if text in self.ports:
            return str(self.ports[text])
        text = re.sub(rf"\b{HOSTS}:(\d+)", lambda match: f"127.0.0.1:{self.ports[match[1]]}", text)
        text = re.sub(r"^(/app|/data|/opt/airflow|/tmp)\b", lambda match: self._folder(match[1]), text)
        return "127.0.0.1" if text == "0.0.0.0" else text

    def _folder(self, inside: str) -> str:
        return str(ROOT if inside == "/app" else self.home / Path(inside).name)


def _image_environment(image: str) -> dict[str, str]:
    text = (ROOT / image / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    words = " ".join(line.removeprefix("ENV ") for line in text.splitlines() if line.startswith("ENV "))
    return dict(word.split("=", 1) for word in words.split())


def _caches(_folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name == "__pycache__"}


def _family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """It and its descendants; psutil knows them again even if a pid is given to another."""
    try:
        first = psutil.Process(process.pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _kill(family: list[psutil.Process]) -> None:
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.kill()


@contextmanager
def started(processes: Processes, *services: str) -> Iterator[None]:
    """Run these together; whatever happens, nothing of them is left."""
    try:
        for service in services:
            processes.start(service)
        for service in services:
            processes.wait_until_healthy(service)
        yield
    finally:
        for service in services:
            if process := processes.running.pop(service, None):
                _kill(_family(process))
                process.wait()
