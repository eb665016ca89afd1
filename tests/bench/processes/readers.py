"""A crowd of readers, from the side of the suite that starts it: see `tests.bench.processes.crowd`."""

import json
import select
import subprocess
import sys
import time
from typing import Self

from local.settings import ROOT

_PATIENCE = 300.0  # seconds that the crowd may take for each of its steps


class Readers:
    """So many readers, in a process of their own; a context. Entered, they are connected and have not asked yet.

    `since` is what they will ask for, `events` how many each of them waits for.
    """

    def __init__(self, port: int, count: int, since: str, events: int) -> None:
        self._said = b""
        command = [
            sys.executable,
            "-m",
            "tests.bench.processes.crowd",
            str(port),
            str(count),
            since,
            str(events),
        ]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, bufsize=0
        )

    def __enter__(self) -> Self:
        self._expect("connected")
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    @property
    def pid(self) -> int:
        """For a CpuMeter."""
        return self._process.pid

    def go(self) -> float:
        """Let them ask; the time, on the monotonic clock."""
        assert self._process.stdin is not None
        began = time.monotonic()
        self._process.stdin.write(b"go\n")
        return began

    def live(self) -> None:
        """Wait until all are answered."""
        self._expect("live")

    def finished(self) -> list[float]:
        """Wait until each has its events; when each had, on the monotonic clock."""
        times: list[float] = json.loads(self._line())
        return times

    def _expect(self, word: str) -> None:
        if (line := self._line()) != word:
            raise RuntimeError(f"the readers told {line!r}, not {word!r}")

    def _line(self) -> str:
        assert self._process.stdout is not None
        deadline = time.monotonic() + _PATIENCE
        while b"\n" not in self._said:
            left = deadline - time.monotonic()
            if left < 0 or not select.select([self._process.stdout], [], [], left)[0]:
                raise RuntimeError(f"the readers took longer than {_PATIENCE:g} s")
            piece = self._process.stdout.read(65_536)
            if not piece:
                raise RuntimeError("the readers have ended: the event service ended their streams")
            self._said += piece
        line, _, self._said = self._said.partition(b"\n")
        return line.decode()
