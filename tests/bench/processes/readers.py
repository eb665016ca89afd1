"""The readers of `tests.bench.processes.crowd`, for the suite that starts them."""

import json
import select
import subprocess
import sys
import time
from typing import Self

from local.settings import ROOT

_STEP_SECONDS = 300.0  # per step of the readers


class Readers:
    """`count` readers in a process of their own: a context. They are connected when it is entered.

    They ask for the events after `since`; each waits for `events` of them.
    """

    def __init__(self, port: int, count: int, since: str, events: int) -> None:
        self._output = b""
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
        """Let them send their requests; the time of the monotonic clock."""
        assert self._process.stdin is not None
        began = time.monotonic()
        self._process.stdin.write(b"go\n")
        return began

    def live(self) -> None:
        """Wait until each has an answer."""
        self._expect("live")

    def finished(self) -> list[float]:
        """Wait until each has its events; the times of the monotonic clock at which each had."""
        times: list[float] = json.loads(self._line())
        return times

    def _expect(self, word: str) -> None:
        if (line := self._line()) != word:
            raise RuntimeError(f"the readers printed {line!r}, not {word!r}")

    def _line(self) -> str:
        assert self._process.stdout is not None
        deadline = time.monotonic() + _STEP_SECONDS
        while b"\n" not in self._output:
            left = deadline - time.monotonic()
            if left < 0 or not select.select([self._process.stdout], [], [], left)[0]:
                raise RuntimeError(f"the readers took longer than {_STEP_SECONDS:g} s")
            piece = self._process.stdout.read(65_536)
            if not piece:
                raise RuntimeError("the readers have ended: the event service ended their streams")
            self._output += piece
        line, _, self._output = self._output.partition(b"\n")
        return line.decode()
