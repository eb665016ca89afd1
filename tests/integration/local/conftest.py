"""A stack of its own for a test: settings file, data folder and ports that nobody else uses."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

import init_data_dir
from local.code_path import python_path
from local.processes.process_records import Processes
from local.servers.scratch import folder_in_memory
from local.settings import PORTS, ROOT, Settings
from tests.support.contention import Contention
from tests.support.ports import free_port


@dataclass(frozen=True)
class Place:
    """Where the stack of one test lives."""

    env_file: Path

    @property
    def settings(self) -> Settings:
        return Settings.load(env_file=self.env_file)

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "local", "--env-file", str(self.env_file), *arguments]

    def stack(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self.command(*arguments), cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
        )

    def start(self, *arguments: str, stdin: int | None = None) -> subprocess.Popen[str]:
        """Begin a command; its output is a pipe."""
        return subprocess.Popen(
            self.command(*arguments),
            cwd=ROOT,
            env=environment(),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def running(self) -> dict[str, int]:
        """What is recorded and lives: name and pid."""
        processes = Processes(self.settings.run_dir)
        records = [processes.find(name) for name in processes.names()]
        return {record.name: record.pid for record in records if record and record.leader()}

    def change(self, name: str, value: str) -> None:
        text = re.sub(rf"^{name}=.*$", f"{name}={value}", self.env_file.read_text(), flags=re.MULTILINE)
        self.env_file.write_text(text)

    def free_port(self) -> int:
        return free_port()

    def wait(self, true: Callable[[], bool], seconds: float = 300) -> None:
        busy, began = Contention(), time.monotonic()
        while not true():
            assert time.monotonic() - began < seconds + busy.seconds, "waited in vain"
            time.sleep(0.1)

    def assert_nothing_is_left(self) -> None:
        """Neither a process that works on this place nor a port that is listened on."""
        assert self.running() == {}
        assert processes_of(self.settings) == []
        ports = {getattr(self.settings, name.lower()) for name in PORTS}
        listening = {c.laddr.port for c in psutil.net_connections() if c.laddr and c.status == "LISTEN"}
        assert not ports & listening


def processes_of(settings: Settings) -> list[str]:
    """Processes that show the data folder in their command line or environment, or stand in it."""
    folder = str(settings.data_dir)
    commands = []
    for process in psutil.process_iter():
        try:
            command = process.cmdline()
            traces = [*command, *process.environ().values(), process.cwd()]
        except psutil.Error:
            continue
        if process.pid != os.getpid() and any(folder in trace for trace in traces):
            commands.append(" ".join(command))
    return commands


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": python_path(ROOT)}


@pytest.fixture
def place() -> Iterator[Place]:
    home = folder_in_memory("stack-")
    home.chmod(0o711)  # PostgreSQL's system user must get through
    env_file = home / "env"
    init_data_dir.write_env(ROOT / ".env.example", env_file)
    new_place = Place(env_file)
    new_place.change("DATA_DIR", str(home / "var"))
    new_place.change("EVENT_RATE", "20")
    new_place.change("EVENT_HISTORY_DAYS", "0")
    for name in PORTS:
        new_place.change(name, str(free_port()))
    try:
        yield new_place
    finally:
        stopped = new_place.stack("down")
        shutil.rmtree((home / "var" / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(home)
        assert stopped.returncode == 0, stopped.stderr
