"""The event service of a round: a process of its own, with a disk that can be full and a clock that can jump."""

import os
import resource
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import httpx

from local.servers.ports import free_port
from local.settings import ROOT
from tests.support.waiting import wait_until

TOKEN = "token-of-the-chaos-run"


class EventService:
    """`python -m api` on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "events.db"
        self._clock = folder / "clock"
        self._output = folder / "service.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._client = httpx.Client(timeout=1)
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("EVENT_")},
            "PYTHONPATH": str(ROOT),
            "EVENT_ENV_FILE": "",
            "EVENT_PORT": str(self.port),
            "EVENT_LOG_PATH": str(self.log),
            "EVENT_RATE": "0",
            "EVENT_PUBLISH_TOKEN": TOKEN,
            "CHAOS_CLOCK": str(self._clock),
        }

    def start(self) -> None:
        """Return when it takes events."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.environment.service_process"],
            env=self._environment,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,  # not a file: the limit on the size of files must concern its log alone
            stderr=subprocess.STDOUT,
        )
        assert self._process.stdout is not None
        threading.Thread(target=_copy, args=(self._process.stdout, self._output), daemon=True).start()
        wait_until(self._ready, "the event service takes events", 30, check=self._check)

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def end(self, number: signal.Signals) -> None:
        """Send it the signal and wait until it is gone."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)
            process = self._process
            wait_until(lambda: process.poll() is not None, "the event service has ended", 20)
            self._process = None

    def close(self) -> None:
        self.end(signal.SIGKILL)
        self._client.close()

    def fill_disk(self) -> None:
        """Let none of its files grow."""
        self._limit_files(1)

    def free_disk(self) -> None:
        self._limit_files(resource.RLIM_INFINITY)

    def set_clock(self, seconds: float) -> None:
        """Move its clock by so many seconds."""
        unfinished = self._clock.with_suffix(".new")
        unfinished.write_text(str(seconds))
        unfinished.rename(self._clock)

    def health(self) -> dict[str, Any] | None:
        """The answer of /health; None without one."""
        with suppress(httpx.TransportError, ValueError):
            health: dict[str, Any] = self._client.get(f"{self.url}/health").json()
            return health
        return None

    def _limit_files(self, size: int) -> None:
        assert self._process is not None
        hard = resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (size, hard))

    def _check(self) -> None:
        if self._process is not None and self._process.poll() is not None:
            raise RuntimeError(f"the event service ended: {self._output.read_text()[-2000:]}")

    def _ready(self) -> bool:
        with suppress(httpx.TransportError):
            return self._client.get(f"{self.url}/ready").status_code == 200
        return False


def _copy(source: IO[bytes], target: Path) -> None:
    with source, target.open("ab") as output:
        for line in source:
            output.write(line)
            output.flush()
