"""The ingest processes of a round: started, armed, stopped, killed, and started again as a scheduler would."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from local.code_path import python_path
from local.servers.services import CONTRACT
from local.settings import ROOT
from tests.chaos.environment.writer_process import FENCE_LOST
from tests.support.waiting import wait_until

LEASE_SECONDS = 1.0
QUERY_TIMEOUT_SECONDS = 3.0
CORE = ROOT / "airflow" / "packages" / "sse-ingest"
_EXPECTED_EXITS = {0, FENCE_LOST, -signal.SIGKILL, -signal.SIGTERM}  # by TERM: before its handler was set


@dataclass
class Writer:
    """One ingest process. `stopped` after SIGSTOP, until SIGCONT."""

    name: str
    mode: str
    process: subprocess.Popen[bytes]
    points: Path
    log: Path
    stopped: bool = False

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def arm(self, point: str, action: str) -> None:
        """Let it act when it next reaches the point."""
        (self.points / f"{point}.hit").unlink(missing_ok=True)
        (self.points / f"{point}.go").unlink(missing_ok=True)
        unfinished = self.points / f".{point}"
        unfinished.write_text(action)
        unfinished.rename(self.points / point)

    def disarm(self, point: str) -> None:
        (self.points / point).unlink(missing_ok=True)

    def has_hit(self, point: str) -> bool:
        return (self.points / f"{point}.hit").exists()

    def go(self, point: str) -> None:
        """Let it go on from the point at which it waits."""
        (self.points / f"{point}.go").touch()

    def wait(self, seconds: float) -> None:
        """Return when it has ended. Raises TimeoutError."""
        wait_until(lambda: not self.alive, f"{self.name} has ended", seconds)

    def send(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            self.process.send_signal(number)
        if number in (signal.SIGSTOP, signal.SIGCONT):
            self.stopped = number == signal.SIGSTOP


@dataclass
class Fleet:
    """Keeps `wanted` writers alive. An exit that no fault explains is a finding."""

    folder: Path
    variables: Mapping[str, str]
    """Of the environment of each process."""
    wanted: int
    core: Path = CORE
    writers: list[Writer] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)

    def maintain(self) -> None:
        """Replace the writers that have ended."""
        for writer in [writer for writer in self.writers if not writer.alive]:
            self.writers.remove(writer)
            self._check_exit(writer)
        while len(self.streaming()) < self.wanted:
            self.start()

    def start(self, mode: str = "stream") -> Writer:
        """Start one more writer."""
        name = f"writer-{next(self._numbers)}"
        points, log = self.folder / name, self.folder / f"{name}.log"
        points.mkdir()
        variables = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("INGEST_", "EVENT_"))},
            "PYTHONPATH": os.pathsep.join([str(self.core), python_path(ROOT)]),
            "INGEST_CONTRACT": CONTRACT,
            "INGEST_STREAM": "restaurant",
            "INGEST_FAILPOINTS": str(points),
            "CHAOS_WRITER": name,
            "CHAOS_MODE": mode,
            "CHAOS_LEASE_SECONDS": str(LEASE_SECONDS),
            "CHAOS_QUERY_TIMEOUT_SECONDS": str(QUERY_TIMEOUT_SECONDS),
            **self.variables,
        }
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.environment.writer_process"],
                env=variables,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        writer = Writer(name, mode, process, points, log)
        self.writers.append(writer)
        return writer

    def streaming(self) -> list[Writer]:
        """Those that stream or wait for the lease, and are not stopped."""
        return [writer for writer in self.writers if writer.mode == "stream" and not writer.stopped]

    def find(self, name: str | None) -> Writer | None:
        return next((writer for writer in self.writers if writer.name == name and writer.alive), None)

    def shrink(self, keep: str | None) -> None:
        """Kill the writers beyond the wanted number, except `keep`."""
        spare = [writer for writer in self.streaming() if writer.name != keep]
        for writer in spare[: max(0, len(spare) + 1 - self.wanted)]:
            writer.send(signal.SIGKILL)
            writer.process.wait()

    def end(self) -> None:
        """End every writer: TERM, then KILL; not to end on TERM is a finding."""
        for writer in self.writers:
            writer.send(signal.SIGCONT)
            writer.send(signal.SIGTERM)
        for writer in self.writers:
            try:
                writer.wait(10)
            except TimeoutError as error:
                self.findings.append(str(error))
                writer.process.kill()
                writer.process.wait()
            self._check_exit(writer)
        self.writers.clear()

    def _check_exit(self, writer: Writer) -> None:
        if writer.process.returncode not in _EXPECTED_EXITS:
            lines = writer.log.read_text(errors="replace").strip().splitlines()[-3:]
            self.findings.append(f"{writer.name} ended with {writer.process.returncode}: {' | '.join(lines)}")
