"""One command at a time changes a stack: a lock, which the kernel gives back when its holder dies.

The library filelock would need the same code around it: it neither records its holder nor shows whether somebody
holds the lock without taking it.
"""

import fcntl
import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from local.errors import StackError


class StackLock:
    """The lock, taken on entering. The file says who holds it: `up 1234`."""

    def __init__(self, run_dir: Path, command: str) -> None:
        self.path = run_dir / "stack.lock"
        self.command = command
        self._file: IO[str] | None = None

    def __enter__(self) -> "StackLock":
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self.path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise self._refusal() from None
        file.truncate(0)
        file.write(f"{self.command} {os.getpid()}")
        file.flush()
        self._file = file
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    def _refusal(self) -> StackError:
        command, pid = self.holder()
        if command == "up":
            return StackError(
                f"The stack is running already (./stack up, process {pid}): "
                "./stack status shows it, ./stack down stops it."
            )
        if command == "down":
            return StackError(f"The stack is being stopped (process {pid}): try again in a moment.")
        return StackError(f"./stack {command} is at work (process {pid}): try again when it has ended.")

    def holder(self) -> tuple[str, int]:
        """The command that holds the lock, and its pid; 0 when that cannot be read."""
        with suppress(OSError, ValueError):
            command, pid = self.path.read_text().split()
            return command, int(pid)
        return "", 0

    def is_held(self) -> bool:
        """Whether a living process holds it."""
        with suppress(FileNotFoundError), self.path.open("r") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def stop_holder(self, within_seconds: float) -> bool:
        """Ask an `up` that holds the lock to stop, and wait for it; True when there was one."""
        if not self.is_held():
            return False
        command, pid = self.holder()
        if command == "up" and pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + within_seconds
        while self.is_held():
            if time.monotonic() > deadline:
                raise StackError(
                    f"Process {pid} (./stack {command}) has not stopped: "
                    f"end it with kill -9 {pid}, then run ./stack down."
                )
            time.sleep(0.1)
        return True
