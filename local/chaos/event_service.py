"""The event service of a round as a process of its own, with a log that can be spoiled while it is down."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import IO, Any
from uuid import UUID

import httpx
import msgspec

from api.log.interface import Draft, LogError
from api.log.sqlite.writer import Store
from local.chaos.ledger import Ledger
from local.chaos.orders import Event, Restaurant
from local.ports import free_port
from local.settings import ROOT

TOKEN = "token-of-the-chaos-run"  # noqa: S105 - of a service on loopback that lives for a minute


class EventService:
    """`python -m api` on a port of its own."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "events.db"
        self._clock = folder / "clock"
        self._output = folder / "service.log"
        self._restaurant = Restaurant(seed)
        self._random = Random(seed)
        self._process: subprocess.Popen[bytes] | None = None
        self._client = httpx.Client(timeout=1)
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("EVENT_")},
            "PYTHONPATH": str(ROOT),
            "EVENT_PORT": str(self.port),
            "EVENT_LOG_PATH": str(self.log),
            "EVENT_RATE": "0",
            "EVENT_PUBLISH_TOKEN": TOKEN,
            "CHAOS_CLOCK": str(self._clock),
        }

    def start(self) -> None:
        """Return when it takes events."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "local.chaos.service"],
            env=self._environment,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,  # not a file, so that a limit on files concerns its log alone
            stderr=subprocess.STDOUT,
        )
        assert self._process.stdout is not None
        threading.Thread(target=_copy, args=(self._process.stdout, self._output), daemon=True).start()
        deadline = time.monotonic() + 30
        while not self._ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the event service did not start: {self._output.read_text()[-2000:]}")
            time.sleep(0.02)

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def end(self, number: signal.Signals) -> None:
        """Send it the signal and wait until it is gone."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)
            self._process.wait(20)
            self._process = None

    def close(self) -> None:
        self.end(signal.SIGKILL)
        self._client.close()

    def fill_disk(self) -> None:
        """None of its files can grow from now on."""
        self._limit_files(1)

    def free_disk(self) -> None:
        self._limit_files(resource.RLIM_INFINITY)

    def set_clock(self, seconds: float) -> None:
        """Let its clock be off by so much."""
        unfinished = self._clock.with_suffix(".new")
        unfinished.write_text(str(seconds))
        unfinished.rename(self._clock)

    def health(self) -> dict[str, Any] | None:
        """What it says; None when it does not answer."""
        with suppress(httpx.TransportError, ValueError):
            told: dict[str, Any] = self._client.get(f"{self.url}/health").json()
            return told
        return None

    # What follows works on the file while the service is down.

    def plant(self, ledger: Ledger) -> None:
        """Put into the log what POST /events would not take: foreign bytes, bad content, repeats, stolen ids."""
        store = self._store()
        try:
            drafts = [
                Draft("order_created", "LOC-ON-001", _now(), self._restaurant.foreign()) for _ in range(2)
            ]
            bad = self._restaurant.bad()
            ledger.bad_ids.add(bad["event_id"])
            good = self._restaurant.batch()[0]
            stolen = {**good, "payload": {**good["payload"], "stolen": True}}
            drafts += [_draft(event) for event in (bad, good, good, stolen)]
            self._random.shuffle(drafts)
            store.append([drafts])
        finally:
            store.close()
        ledger.absorb(self.log)

    def delete_log(self, ledger: Ledger) -> None:
        """The log is lost; the next start begins another one."""
        ledger.absorb(self.log)
        for file in self.log.parent.glob(f"{self.log.name}*"):
            file.unlink()

    def truncate_log(self, ledger: Ledger, keep: int) -> None:
        """All but the newest events are past retention."""
        ledger.absorb(self.log)
        store = self._store()
        try:
            store.expire(datetime(2000, 1, 1, tzinfo=UTC), keep, 10**9)
        finally:
            store.close()

    def _store(self) -> Store:
        deadline = time.monotonic() + 5
        while True:
            try:
                return Store(self.log)
            except LogError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def _limit_files(self, size: int) -> None:
        assert self._process is not None
        hard = resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (size, hard))

    def _ready(self) -> bool:
        with suppress(httpx.TransportError):
            return self._client.get(f"{self.url}/ready").status_code == 200
        return False


def _draft(event: Event) -> Draft:
    body = msgspec.json.encode(event["payload"])
    return Draft(
        event["event_type"],
        event["partition_key"],
        event["ts"],
        body,
        UUID(event["event_id"]),
        unchecked=True,
    )


def _now() -> str:
    return "2026-03-14T12:00:00Z"


def _copy(source: IO[bytes], target: Path) -> None:
    with source, target.open("ab") as output:
        for line in source:
            output.write(line)
            output.flush()
