"""One run of a peer's program, from its readiness to its last commit: time, and CPU by process."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import IO

from local.errors import StackError
from tests.bench.measuring.cpu import CpuMeter
from tests.bench.peers.peer import SCRIPTS, Peer

_LONGEST = 600.0  # seconds


class PeerFailed(StackError):
    """A peer ended early, or did not store all events. The message says which peer, and its last output."""


@dataclass(frozen=True)
class Run:
    """The result of one run. `cpu` is in microseconds per event: of the peer's processes, and of PostgreSQL's."""

    events: int
    seconds: float
    cpu: Mapping[str, float]


def run(
    peer: Peer, python: Path, events: Path, url: str, postmaster: int, longest_seconds: float = _LONGEST
) -> Run:
    """Let it store a file of events in an empty database. Its own files go beside that file. Raises PeerFailed."""
    command = [str(python), str(SCRIPTS / peer.script), str(events), url, *peer.arguments]
    log = events.with_suffix(".log")
    with (
        log.open("w", encoding="utf-8") as errors,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            bufsize=0,  # else close() tries again to write a line that the peer did not read
            env=_environment(events.parent),
        ) as process,
    ):
        watchdog = Timer(longest_seconds, process.kill)
        watchdog.start()
        try:
            return _converse(process, postmaster)
        except (OSError, ValueError) as error:  # it has closed its pipes, or printed no report
            raise PeerFailed(
                f"{peer.name} ended early, or was ended after {longest_seconds:.0f} s: {_last_line(log)}"
            ) from error
        finally:
            watchdog.cancel()
            process.kill()  # it has reported, or has failed


def _converse(process: subprocess.Popen[bytes], postmaster: int) -> Run:
    """The protocol of scripts/stopwatch.py. The process still runs at the end: else its CPU time is not known."""
    assert process.stdin is not None
    assert process.stdout is not None
    _expect_ready(process.stdout)
    meter = CpuMeter({"peer": process.pid, "PostgreSQL": postmaster})
    process.stdin.write(b"\n")
    report = json.loads(process.stdout.readline())
    return Run(report["events"], report["seconds"], meter.microseconds_per(report["events"]))


def _expect_ready(output: IO[bytes]) -> None:
    line = output.readline()
    if line != b"ready\n":
        raise ValueError(f"{line!r} instead of readiness")


def _environment(home: Path) -> dict[str, str]:
    """Nothing of our environment, above all not our packages. Files of the tool go into the folder of the bench."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "TMPDIR": str(home),
        "PYTHONUTF8": "1",
        "PYTHONWARNINGS": "ignore",
        "RUNTIME__DLTHUB_TELEMETRY": "false",
    }


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it printed nothing")
