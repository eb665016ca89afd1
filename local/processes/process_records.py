"""Child processes that outlive their parent: started, recorded on disk, recognised again, and ended whole.

Each child leads a session of its own. A session cannot be left by forking or by changing the process group,
which Airflow's tasks do, so its members are what has to end with it. A record names the leader by pid and start
time: a pid that the system has given to somebody else since is not ours, and is never touched.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

CLOCK_SLACK = 2.0  # start times shift with the wall clock when it is set


@dataclass(frozen=True)
class Record:
    """A started process, as written to `<name>.json`."""

    name: str
    pid: int
    create_time: float
    command: list[str]
    log: str
    fingerprint: str = ""  # of what it was started with; records of earlier versions have none

    def leader(self) -> psutil.Process | None:
        """The process itself while it runs; None when it ended or when its pid is somebody else's now."""
        process = _process(self.pid)
        return process if process and abs(process.create_time() - self.create_time) < CLOCK_SLACK else None

    def members(self) -> list[psutil.Process]:
        """Everything alive in the process's session, and the descendants of that."""
        holder = _process(self.pid)
        if holder is not None and abs(holder.create_time() - self.create_time) >= CLOCK_SLACK:
            return []  # the number leads another session by now, so ours is gone
        processes = {p.pid: p for p in _session(self.pid) if p.create_time() > self.create_time - CLOCK_SLACK}
        for process in list(processes.values()):
            with suppress(psutil.Error):
                processes.update((child.pid, child) for child in process.children(recursive=True))
        return [process for process in processes.values() if _alive(process)]


class Processes:
    """The records in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(
        self,
        name: str,
        command: Sequence[str],
        env: Mapping[str, str],
        *,
        cwd: Path,
        log: Path,
        fingerprint: str = "",
    ) -> subprocess.Popen[bytes]:
        """Start `command` in a session of its own, its output appended to `log`, and record it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with log.open("ab") as output:
            child = subprocess.Popen(
                command,
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.record(name, child.pid, command=list(command), log=log, fingerprint=fingerprint)
        return child

    def record(self, name: str, pid: int, *, command: list[str], log: Path, fingerprint: str = "") -> None:
        """Write the record of a process that runs already."""
        try:
            created = psutil.Process(pid).create_time()
        except psutil.NoSuchProcess:
            created = time.time()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self.folder / f".{name}.unfinished"
        unfinished.touch(mode=0o600)
        record = Record(name, pid, created, command, str(log), fingerprint)
        unfinished.write_text(json.dumps(asdict(record), indent=1))
        unfinished.replace(self.folder / f"{name}.json")

    def find(self, name: str) -> Record | None:
        """The record of that name; None when there is none, or none that can be read."""
        try:
            return Record(**json.loads((self.folder / f"{name}.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def names(self) -> list[str]:
        return sorted(path.stem for path in self.folder.glob("*.json"))

    def forget(self, name: str) -> None:
        (self.folder / f"{name}.json").unlink(missing_ok=True)

    def end(self, name: str, grace: float, impatient: Callable[[], bool] = lambda: False) -> bool:
        """End the recorded process and all that it started: TERM, then KILL after `grace` or when impatient.

        True when something had to be ended; a stale record is only forgotten.
        """
        record = self.find(name)
        family = _Family(record) if record else None
        if family and family.alive():
            family.end(grace, impatient)
        self.forget(name)
        return bool(family and family.members)


class _Family:
    """A process and all that it started, remembered between looks: an orphan does not show whose it was."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.members: dict[int, psutil.Process] = {}

    def alive(self) -> list[psutil.Process]:
        self.members.update((member.pid, member) for member in self.record.members())
        return [process for process in self.members.values() if _alive(process)]

    def end(self, grace: float, impatient: Callable[[], bool]) -> None:
        """Ask the group; ask what the leader leaves behind; kill what is there at the end."""
        deadline = time.monotonic() + grace
        _signal_group(self.record.pid, signal.SIGTERM)
        signalled: set[int] = set()
        while (alive := self.alive()) and time.monotonic() < deadline and not impatient():
            if self.record.leader() is None:
                signalled |= _send(
                    signal.SIGTERM, (process for process in alive if process.pid not in signalled)
                )
            self._pause()
        for _ in range(100):  # a dying process may still fork, so look again
            if not (alive := self.alive()):
                return
            _send(signal.SIGKILL, alive)
            self._pause()

    def _pause(self) -> None:
        """Collect the exit status when the leader is our own child, so that it does not stay a zombie."""
        with suppress(ChildProcessError):
            os.waitpid(self.record.pid, os.WNOHANG)
        time.sleep(0.05)


def _signal_group(pgid: int, signum: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pgid, signum)


def _send(signum: signal.Signals, processes: Iterable[psutil.Process]) -> set[int]:
    sent = set()
    for process in processes:
        sent.add(process.pid)
        with suppress(psutil.Error):
            process.send_signal(signum)
    return sent


def _process(pid: int) -> psutil.Process | None:
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        return process if _alive(process) else None
    return None


def _alive(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False


def _session(sid: int) -> list[psutil.Process]:
    processes = []
    for pid in psutil.pids():
        with suppress(OSError, psutil.Error):
            if os.getsid(pid) == sid:
                processes.append(psutil.Process(pid))
    return processes
