"""The processes that suites measure, started as in production, but on their own ports and in their own folders.

Each is a context: the process runs inside it.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, Self

import httpx

from api.log.interface import Draft, EventIdConflict
from api.log.sqlite.writer import Store
from local.code_path import python_path
from local.servers.ports import free_port
from local.servers.services import CONTRACT
from local.settings import LOOPBACK, ROOT
from tests.support.waiting import wait_until

TOKEN = "token-of-the-bench"
_FILL = 10_000  # events in one transaction
_START_SECONDS = 30
_STOP_SECONDS = 20
_PATHS = python_path(ROOT)
_OURS = ("EVENT_", "INGEST_", "PG")
# The limits of the service must not limit a measurement, and no heartbeat must be counted.
_SERVICE = {
    "EVENT_ENV_FILE": "",
    "EVENT_HOST": LOOPBACK,
    "EVENT_RATE": "0",
    "EVENT_PUBLISH_TOKEN": TOKEN,
    "EVENT_RETENTION_COUNT": "1000000000",
    "EVENT_TS_MAX_AHEAD_HOURS": "8784",
    "EVENT_HEARTBEAT_SECONDS": "3600",
    "EVENT_SEND_TIMEOUT_SECONDS": "300",
    "EVENT_MAX_CONNECTIONS": "5000",
    "EVENT_MAX_CONNECTIONS_PER_ADDRESS": "5000",
}


class Process:
    """`python -m <command>` with these variables, without those that our programs read from our own environment.

    It runs in `folder`, which is created, so that it reads no `.env`. Its output goes to `<name>.out` there.
    """

    def __init__(
        self, name: str, folder: Path, command: Sequence[str], environment: Mapping[str, str]
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._name = name
        self._folder = folder
        self._command = [sys.executable, "-m", *command]
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(_OURS)}
        self._environment = {**inherited, "PYTHONPATH": _PATHS, **environment}
        self._output = folder / f"{name}.out"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process id, for a CpuMeter. RuntimeError when it does not run."""
        if self._process is None:
            raise RuntimeError(f"{self._name} does not run")
        return self._process.pid

    def start(self) -> None:
        """Start it; return at once."""
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def stop(self) -> None:
        """End it by TERM, and by KILL after 20 s; return when it has ended. Does nothing when it does not run."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def check(self) -> None:
        """RuntimeError, with its last output, when it has ended by itself."""
        if self._process is not None and self._process.poll() is not None:
            raise RuntimeError(f"{self._name} ended with {self._process.returncode}: {self._last_output()}")

    def _last_output(self) -> str:
        return self._output.read_text(errors="replace")[-2000:] if self._output.exists() else ""


class EventService(Process):
    """`python -m api` on a port of its own, its log in `folder`, without simulator and limits.

    `environment` has more EVENT_* variables. Publishing needs `TOKEN`, reading no token.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.port = free_port()
        self.url = f"http://{LOOPBACK}:{self.port}"
        self.log = folder / "events.db"
        own = {"EVENT_PORT": str(self.port), "EVENT_LOG_PATH": str(self.log)}
        super().__init__("service", folder, ["api"], {**_SERVICE, **own, **(environment or {})})

    def start(self) -> None:
        """Start it; return when it accepts events. Raises RuntimeError or TimeoutError."""
        super().start()
        try:
            wait_until(self._ready, "the event service accepts events", _START_SECONDS, check=self.check)
        except BaseException:  # no context has been entered that would stop it
            self.stop()
            raise

    def fill(self, drafts: Iterable[Draft]) -> int:
        """Append events to its log while it is down, and count them. Raises EventIdConflict."""
        count = 0
        store = Store(self.log)
        try:
            rest = iter(drafts)
            while some := list(islice(rest, _FILL)):
                for answer in store.append([some]).answers:
                    if isinstance(answer, EventIdConflict):
                        raise answer
                count += len(some)
        finally:
            store.close()
        return count

    def _ready(self) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/ready", timeout=2).status_code == 200
        return False


class Ingest(Process):
    """`python -m sse_ingest run`, from the event service at `source_url` into the database, as `stream`."""

    def __init__(
        self,
        folder: Path,
        database_url: str,
        source_url: str,
        arguments: Sequence[str] = (),
        stream: str = "restaurant",
    ) -> None:
        environment = {
            "INGEST_CONTRACT": CONTRACT,
            "INGEST_DATABASE_URL": database_url,
            "INGEST_SOURCE_URL": source_url,
            "INGEST_STREAM": stream,
        }
        super().__init__("ingest", folder, ["sse_ingest", "run", *arguments], environment)

    def result(self) -> dict[str, Any]:
        """What it reported when it was stopped (the core's `Result`); RuntimeError without a report."""
        lines = self._last_output().splitlines()
        if not lines or not lines[-1].startswith("{"):
            raise RuntimeError(f"ingest reported no result: {self._last_output()}")
        result: dict[str, Any] = json.loads(lines[-1])
        return result
