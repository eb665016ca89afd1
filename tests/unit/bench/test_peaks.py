"""The largest size is remembered, also when it was there only for a while."""

import os
import subprocess
import sys

from tests.bench.measuring.peaks import Peaks, own, proportional, resident
from tests.support.waiting import eventually


def test_a_peak_between_beginning_and_end_is_seen() -> None:
    now = 1.0
    with Peaks({"x": lambda: now}, seconds=0.005) as peaks:
        now = 5.0
        eventually(lambda: peaks.values["x"] >= 5, "the peak is seen")
        now = 2.0
    assert peaks.values == {"x": 5.0}


def test_sizes_of_a_process_are_megabytes() -> None:
    assert 5 < own([os.getpid()]) <= proportional([os.getpid()]) + 0.1 < 5_000
    assert 5 < resident(os.getpid()) < 5_000


def test_a_process_that_is_gone_has_no_size() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert resident(process.pid) == own([process.pid]) == proportional([process.pid]) == 0
