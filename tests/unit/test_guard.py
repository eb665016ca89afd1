"""Nothing that a test run starts outlives it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.support.service import ROOT
from tests.support.waiting import eventually

RUN = """
import subprocess, sys
from pathlib import Path
from tests.support.guard import guarded

with guarded() as guard:
    guard.remove(Path(sys.argv[1]))
    detached = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    print(detached.pid, flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("killed", [True, False])
def test_a_server_that_detaches_itself_ends_with_the_run(tmp_path: Path, killed: bool) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", RUN, str(folder)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as run:
        assert run.stdin is not None
        assert run.stdout is not None
        detached = psutil.Process(int(run.stdout.readline()))
        assert detached.is_running()
        if killed:
            run.send_signal(signal.SIGKILL)
        run.stdin.close()
        run.wait()

    eventually(lambda: not (lives(detached) or folder.exists()), "what the run has started ends with it")


def lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
