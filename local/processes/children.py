"""The processes that a command watches: its own children, and those that an earlier command left running."""

import subprocess
from dataclasses import dataclass

from local.processes.process_records import Record


@dataclass(frozen=True)
class Child:
    """A process that this command started."""

    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    def ended(self) -> bool:
        return self.process.poll() is not None

    def succeeded(self) -> bool:
        return self.process.returncode == 0

    def exit_text(self) -> str:
        return f"exit code {self.process.returncode}"


@dataclass(frozen=True)
class Adopted:
    """A process that an earlier command started. It is not our child, so nobody reports its exit code to us."""

    record: Record

    @property
    def pid(self) -> int:
        return self.record.pid

    def ended(self) -> bool:
        return self.record.leader() is None

    def succeeded(self) -> bool:
        return False

    def exit_text(self) -> str:
        return "exit code unknown"
