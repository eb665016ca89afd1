"""The ingest processes of a round: started, armed, stopped, killed, and started again as a scheduler would."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from local.chaos.writer import FENCE_LOST
from local.code_path import python_path
from local.settings import ROOT

LEASE_SECONDS = 1.0
PATIENCE_SECONDS = 3.0
CORE = ROOT / "airflow" / "packages" / "sse-ingest"
_ENDS = {0, FENCE_LOST, -signal.SIGKILL, -signal.SIGTERM}  # TERM by its number: before it could heed it


@dataclass
class Writer:
    """One ingest process. `stopped` while it is held by SIGSTOP."""

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
        """Let it act when it next comes to the point."""
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
        """Let it go on from a point at which it waits."""
        (self.points / f"{point}.go").touch()

    def send(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            self.process.send_signal(number)
        if number in (signal.SIGSTOP, signal.SIGCONT):
            self.stopped = number == signal.SIGSTOP


@dataclass
class Fleet:
    """Keeps `wanted` writers alive. One that ended in a way that no fault explains is a finding."""

    folder: Path
    environment: Mapping[str, str]
    wanted: int
    core: Path = CORE
    writers: list[Writer] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)

    def maintain(self) -> None:
        """Bury the dead and replace them."""
        for writer in [writer for writer in self.writers if not writer.alive]:
            self.writers.remove(writer)
            self._judge(writer)
        while len(self.streaming()) < self.wanted:
            self.start()

    def start(self, mode: str = "stream") -> Writer:
        """One more writer."""
        name = f"writer-{next(self._numbers)}"
        points, log = self.folder / name, self.folder / f"{name}.log"
        points.mkdir()
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("INGEST_", "EVENT_"))},
            "PYTHONPATH": os.pathsep.join([str(self.core), python_path(ROOT)]),
            "INGEST_FAILPOINTS": str(points),
            "CHAOS_WRITER": name,
            "CHAOS_MODE": mode,
            "CHAOS_LEASE_SECONDS": str(LEASE_SECONDS),
            "CHAOS_PATIENCE_SECONDS": str(PATIENCE_SECONDS),
            **self.environment,
        }
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "local.chaos.writer"],
                env=environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        writer = Writer(name, mode, process, points, log)
        self.writers.append(writer)
        return writer

    def streaming(self) -> list[Writer]:
        """Those that stream or wait to, and are not held."""
        return [writer for writer in self.writers if writer.mode == "stream" and not writer.stopped]

    def find(self, name: str | None) -> Writer | None:
        return next((writer for writer in self.writers if writer.name == name and writer.alive), None)

    def shrink(self, keep: str | None) -> None:
        """Kill the writers beyond the wanted number, but for the one that holds the lease."""
        spare = [writer for writer in self.streaming() if writer.name != keep]
        for writer in spare[: max(0, len(spare) + 1 - self.wanted)]:
            writer.send(signal.SIGKILL)
            writer.process.wait()

    def end(self) -> None:
        """End every writer: TERM, then KILL; one that does not heed TERM is a finding."""
        for writer in self.writers:
            writer.send(signal.SIGCONT)
            writer.send(signal.SIGTERM)
        deadline = time.monotonic() + 10
        for writer in self.writers:
            try:
                writer.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.findings.append(f"{writer.name} did not end within 10 s of TERM")
                writer.process.kill()
                writer.process.wait()
            self._judge(writer)
        self.writers.clear()

    def _judge(self, writer: Writer) -> None:
        if writer.process.returncode not in _ENDS:
            said = writer.log.read_text(errors="replace").strip().splitlines()[-3:]
            self.findings.append(f"{writer.name} ended with {writer.process.returncode}: {' | '.join(said)}")
