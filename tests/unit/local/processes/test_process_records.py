"""Processes: what was started ends whole, and nothing else is touched."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from local.processes.process_records import Processes
from tests.support.contention import Contention
from tests.support.waiting import eventually

FAMILY = """
import os, signal, subprocess, sys, time
if os.fork() == 0:
    os.setpgid(0, 0)                      # as Airflow's tasks do
    open("task.pid", "w").write(str(os.getpid()))
    time.sleep(600)
if len(sys.argv) > 1:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
own = subprocess.Popen(["sleep", "600"], start_new_session=True)   # as a Bash task does
open("own.pid", "w").write(str(own.pid))
open("ready", "w").close()
time.sleep(600)
"""


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    new_processes = Processes(tmp_path / "run")
    yield new_processes
    for name in new_processes.names():
        new_processes.end(name, grace=0)


@pytest.fixture
def start(processes: Processes, tmp_path: Path) -> Iterator[Callable[..., int]]:
    children: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str, code: str = FAMILY, name: str = "child") -> int:
        command = [sys.executable, "-c", code, *arguments]
        child = processes.start(name, command, os.environ, cwd=tmp_path, log=tmp_path / "log")
        children.append(child)
        eventually((tmp_path / "ready").exists, "the child is ready")
        return child.pid

    yield start
    for child in children:
        processes.end("child", grace=0)
        child.wait(60)


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def pid_in(path: Path) -> int:
    return int(path.read_text())


@pytest.mark.parametrize("deaf", [False, True], ids=["obedient", "deaf to TERM"])
def test_the_whole_family_ends(
    processes: Processes, start: Callable[..., int], tmp_path: Path, *, deaf: bool
) -> None:
    pid = start(*(["deaf"] if deaf else []))
    assert processes.end("child", grace=0.5)
    eventually(lambda: gone(pid_in(tmp_path / "task.pid")), "the task ends")
    eventually(lambda: gone(pid_in(tmp_path / "own.pid")), "the one with a session of its own ends")
    assert gone(pid)
    assert processes.names() == []


def test_a_second_ctrl_c_does_not_wait(processes: Processes, start: Callable[..., int]) -> None:
    start("deaf")
    busy, begun = Contention(), time.monotonic()
    processes.end("child", grace=60, impatient=lambda: True)
    assert time.monotonic() - begun < 5 + busy.seconds


def test_orphans_of_a_killed_leader_end_too(
    processes: Processes, start: Callable[..., int], tmp_path: Path
) -> None:
    pid = start()
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    record = processes.find("child")
    assert record
    assert record.leader() is None
    assert processes.end("child", grace=5)
    eventually(lambda: gone(pid_in(tmp_path / "task.pid")), "the task ends")
    psutil.Process(pid_in(tmp_path / "own.pid")).kill()  # left the session before its parent was killed


def test_a_pid_that_is_somebody_elses_now_is_left_alone(processes: Processes, tmp_path: Path) -> None:
    stranger = subprocess.Popen(["sleep", "600"], start_new_session=True)
    try:
        processes.record("child", stranger.pid, command=["sleep"], log=tmp_path / "log")
        path = processes.folder / "child.json"
        created = psutil.Process(stranger.pid).create_time()
        path.write_text(path.read_text().replace(str(created), str(created - 60)))
        record = processes.find("child")
        assert record
        assert record.leader() is None
        assert not processes.end("child", grace=1)
        assert stranger.poll() is None
        assert processes.names() == []
    finally:
        stranger.kill()
        stranger.wait()


def test_a_broken_record_is_no_record(processes: Processes) -> None:
    processes.folder.mkdir(parents=True)
    (processes.folder / "child.json").write_text('{"name": "chi')
    assert processes.find("child") is None
    assert not processes.end("child", grace=1)
    assert processes.names() == []


def test_output_goes_to_the_log(processes: Processes, start: Callable[..., int], tmp_path: Path) -> None:
    start(code="print('heard', flush=True); open('ready', 'w').close()")
    assert (tmp_path / "log").read_text() == "heard\n"


def test_a_record_of_an_earlier_version_is_read(processes: Processes, start: Callable[..., int]) -> None:
    pid = start()
    path = processes.folder / "child.json"
    earlier = {name: value for name, value in json.loads(path.read_text()).items() if name != "fingerprint"}
    path.write_text(json.dumps(earlier))
    record = processes.find("child")
    assert record is not None
    assert (record.pid, record.fingerprint) == (pid, "")
    assert record.leader() is not None


def test_a_record_is_for_its_owner_only(processes: Processes, start: Callable[..., int]) -> None:
    start()
    assert (processes.folder / "child.json").stat().st_mode & 0o777 == 0o600
