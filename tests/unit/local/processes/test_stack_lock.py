"""StackLock: one command at a time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.errors import StackError
from local.processes.stack_lock import StackLock

HOLD = """
import sys, time
from pathlib import Path
from local.processes.stack_lock import StackLock
with StackLock(Path(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    time.sleep(60)
"""


def hold(folder: Path, command: str) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder), command], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    assert child.stdout
    assert child.stdout.readline() == "held\n"
    return child


def test_a_second_up_is_one_sentence(tmp_path: Path) -> None:
    with hold(tmp_path, "up") as child:
        with pytest.raises(StackError, match=rf"running already .*process {child.pid}\).*down stops it"):
            StackLock(tmp_path, "up").__enter__()
        child.kill()


def test_up_while_down_is_at_work(tmp_path: Path) -> None:
    with hold(tmp_path, "down") as child:
        with pytest.raises(StackError, match="being stopped"):
            StackLock(tmp_path, "up").__enter__()
        child.kill()


def test_down_asks_up_to_stop(tmp_path: Path) -> None:
    with hold(tmp_path, "up") as child:
        assert StackLock(tmp_path, "down").stop_holder(within_seconds=10)
        assert child.wait(60) < 0


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    with hold(tmp_path, "up") as child:
        child.kill()
        child.wait()
    assert not StackLock(tmp_path, "down").stop_holder(within_seconds=1)
    with StackLock(tmp_path, "up") as lock:
        assert lock.holder() == ("up", os.getpid())
        assert StackLock(tmp_path, "up").is_held()


def test_nothing_was_ever_started(tmp_path: Path) -> None:
    assert not StackLock(tmp_path, "down").stop_holder(within_seconds=1)
