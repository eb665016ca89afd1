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
    """A peer ended early, or did not store what it was given; the message says which, and its last words."""


@dataclass(frozen=True)
class Run:
    """What one run came to. `cpu` is in microseconds an event: of the peer's processes, and of PostgreSQL's."""

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
        log.open("w", encoding="utf-8") as words,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=words,
            bufsize=0,  # else a line that nobody took would be tried again at the end
            env=_environment(events.parent),
        ) as process,
    ):
        watchdog = Timer(longest_seconds, process.kill)
        watchdog.start()
        try:
            return _converse(process, postmaster)
        except (OSError, ValueError) as error:  # its end of the pipes is closed, or what came is no report
            raise PeerFailed(
                f"{peer.name} ended early, or was ended after {longest_seconds:.0f} s: {_last_words(log)}"
            ) from error
        finally:
            watchdog.cancel()
            process.kill()  # it has told all, or is not worth waiting for


def _converse(process: subprocess.Popen[bytes], postmaster: int) -> Run:
    """As scripts/stopwatch.py wants it. It still runs when this returns, since only then its CPU time is known."""
    assert process.stdin is not None
    assert process.stdout is not None
    _expect_ready(process.stdout)
    meter = CpuMeter({"peer": process.pid, "PostgreSQL": postmaster})
    process.stdin.write(b"\n")
    told = json.loads(process.stdout.readline())
    return Run(told["events"], told["seconds"], meter.microseconds_per(told["events"]))


def _expect_ready(told: IO[bytes]) -> None:
    line = told.readline()
    if line != b"ready\n":
        raise ValueError(f"{line!r} instead of readiness")


def _environment(home: Path) -> dict[str, str]:
    """Nothing of ours, least of all our packages; whatever a tool keeps for itself goes with the bench's folder."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "TMPDIR": str(home),
        "PYTHONUTF8": "1",
        "PYTHONWARNINGS": "ignore",
        "RUNTIME__DLTHUB_TELEMETRY": "false",
    }


def _last_words(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
