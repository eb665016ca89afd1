"""The real event service as a process of its own, for tests that need one to talk to."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import httpx

from tests.support.ports import free_port

ROOT = Path(__file__).parents[2]
TOKEN = "publish-token-of-the-tests"


class EventService:
    """`python -m api` on a free port with its log in `folder`; quiet unless the environment says otherwise.

    `largest_file` bytes limits the size of each of its files: a full disk, without administrator rights.
    """

    def __init__(
        self, folder: Path, environment: Mapping[str, str] | None = None, *, largest_file: int | None = None
    ) -> None:
        self._largest_file = largest_file
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_path = folder / "events.db"
        self._output = folder / "service.log"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("EVENT_")},
            "PYTHONPATH": str(ROOT),
            "EVENT_ENV_FILE": "",
            "EVENT_HOST": "127.0.0.1",
            "EVENT_PORT": str(self.port),
            "EVENT_LOG_PATH": str(self.log_path),
            "EVENT_RATE": "0",
            "EVENT_HISTORY_DAYS": "0",
            "EVENT_PUBLISH_TOKEN": TOKEN,
            **(environment or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "api"],
                env=self._environment,
                stdout=subprocess.DEVNULL if self._largest_file else output,
                stderr=subprocess.DEVNULL if self._largest_file else output,
                cwd=ROOT,
                preexec_fn=self._limit  # noqa: PLW1509 - the limit must hold before the first write
                if self._largest_file
                else None,
            )
        deadline = time.monotonic() + 180
        while not self._ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the event service did not start:\n{self._output.read_text()}")
            time.sleep(0.05)

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(60)
            self._process = None

    def restart(self, number: int = signal.SIGTERM) -> None:
        self.stop(number)
        self.start()

    def post(self, events: Iterable[Mapping[str, Any]]) -> httpx.Response:
        body = "\n".join(json.dumps(event) for event in events)
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/x-ndjson"}
        return httpx.post(f"{self.url}/events", content=body.encode(), headers=headers, timeout=30)

    def publish(self, events: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        answer = self.post(events)
        assert answer.status_code == 202, answer.text
        accepted: dict[str, Any] = answer.json()
        return accepted

    def health(self) -> dict[str, Any]:
        health: dict[str, Any] = httpx.get(f"{self.url}/health", timeout=30).json()
        return health

    def _limit(self) -> None:
        assert self._largest_file is not None
        resource.setrlimit(resource.RLIMIT_FSIZE, (self._largest_file, self._largest_file))

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/ready", timeout=2).status_code == 200
        except httpx.TransportError:
            return False
