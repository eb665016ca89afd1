"""What a busy machine could not do is forgiven."""

import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.contention import Contention

BUSY = "while True: pass"


@pytest.mark.skipif(not Path("/proc/pressure/cpu").exists(), reason="the kernel accounts for no pressure")
def test_more_busy_loops_than_processors_are_contention() -> None:
    with ExitStack() as stack:
        for _ in range((os.cpu_count() or 1) + 1):
            loop = stack.enter_context(subprocess.Popen([sys.executable, "-c", BUSY]))
            stack.callback(loop.kill)
        busy, deadline = Contention(), time.monotonic() + 60
        while busy.seconds < 0.5:
            assert time.monotonic() < deadline, "nobody waits for a processor"
            time.sleep(0.05)


def test_it_counts_from_its_beginning() -> None:
    assert 0 <= Contention().seconds < 60
