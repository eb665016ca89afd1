"""Ends what a test run has started once the run itself is over, also when it was killed.

The run marks its environment, which every process below it inherits: servers that detach themselves as well. A process
in a session of its own reads from a pipe that the run holds open. The pipe ends with the run, whatever ends the run;
then every process with the mark is killed, and the folders that were named through the pipe are removed.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import uuid4

import psutil

_VARIABLE = "STARTED_BY_TEST_RUN"


@dataclass(frozen=True)
class Guard:
    """What a run holds of its guard."""

    _pipe: IO[str]

    def remove(self, folder: Path) -> None:
        """Have the folder removed at the end."""
        self._pipe.write(f"{folder}\n")
        self._pipe.flush()


@contextmanager
def guarded() -> Iterator[Guard]:
    """Mark this process's environment, and watch over all that is started from now on."""
    mark = uuid4().hex
    with subprocess.Popen(
        [sys.executable, __file__, mark],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,  # Ctrl-C is for the tests; they end first
    ) as process:
        assert process.stdin is not None
        os.environ[_VARIABLE] = mark
        yield Guard(process.stdin)


def mark() -> dict[str, str]:
    """The mark, for a process that is given an environment of its own."""
    return {_VARIABLE: os.environ[_VARIABLE]}


def _marked(mark: str) -> list[psutil.Process]:
    processes = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.environ().get(_VARIABLE) == mark:
                processes.append(process)
    return processes


def _watch(mark: str) -> None:
    folders = [line.rstrip("\n") for line in sys.stdin]
    deadline = time.monotonic() + 60
    while (left := _marked(mark)) and time.monotonic() < deadline:
        for process in left:
            with suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(left, 5)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    _watch(sys.argv[1])
