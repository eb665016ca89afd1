"""Many bad subscribers beside a good one: it gets every event in time, and nothing of the others stays."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable

import psutil
import pytest

from tests.support.contention import Contention
from tests.support.service import ROOT, EventService
from tests.support.subscribers.company import bad_company, crowd, event, follow
from tests.support.waiting import eventually

pytestmark = [pytest.mark.integration, pytest.mark.alone]
MakeService = Callable[..., EventService]
TIMEOUTS = {"EVENT_SEND_TIMEOUT_SECONDS": "2", "EVENT_HEADER_TIMEOUT_SECONDS": "2"}


def process_of(service: EventService) -> psutil.Process:
    assert service._process is not None
    return psutil.Process(service._process.pid)


def connections(service: EventService) -> int:
    """Those that the service holds open."""
    return sum(one.status != "LISTEN" for one in process_of(service).net_connections("tcp"))


def deserted(service: EventService) -> bool:
    return bool(service.health()["subscribers"] == 0 and connections(service) == 0)


@pytest.mark.long
def test_bad_subscribers_neither_slow_the_good_one_nor_stay(make_service: MakeService) -> None:
    service = make_service(**TIMEOUTS)
    for _ in range(20):  # what the service keeps in memory of its log is full before memory is compared
        service.publish([event(filler="x" * 2_000) for _ in range(1_000)])
    process, memory = process_of(service), []
    for _ in range(6):
        with bad_company(service, 200):
            eventually(lambda: connections(service) > 150, "150 connect")
            busy = Contention()
            delays = follow(service, rate=150, seconds=4, size=2_000)
            assert delays[-1] < 1 + busy.seconds, "an event came late to the good reader"
            assert connections(service) >= 40, "those who only listen are no burden, and stay"
        eventually(lambda: deserted(service), "all connections are gone")
        memory.append(process.memory_info().rss / 1e6)
    # The first rounds fill pools, and any may end in the middle of something: from then on nothing may stay.
    assert min(memory[-2:]) - max(memory[:2]) < 25, f"megabytes after each round: {memory}"


def test_those_who_read_nothing_are_cut_while_they_stay(make_service: MakeService) -> None:
    service = make_service(**TIMEOUTS)
    with crowd(service, "stalled", 50), crowd(service, "silent", 50):
        follow(service, rate=150, seconds=5, size=4_000)
        eventually(lambda: deserted(service), "all connections are gone")


def test_a_stop_does_not_wait_for_those_who_read_nothing(make_service: MakeService) -> None:
    service = make_service()
    with crowd(service, "stalled", 50):
        follow(service, rate=150, seconds=3, size=4_000)
        busy, began = Contention(), time.monotonic()
        service.stop()
        assert time.monotonic() - began < 8 + busy.seconds


def test_peers_that_vanish_without_a_word_are_noticed() -> None:
    """In a network of its own, whose second address is taken away under twenty readers."""
    alone = ["unshare", "--user", "--map-root-user", "--net"]
    tools = shutil.which("unshare") and shutil.which("ip")
    if not tools or subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip(
            "a network namespace of one's own needs unshare, ip and a kernel that lets users make one"
        )
    result = subprocess.run(
        [*alone, sys.executable, "-m", "tests.support.subscribers.vanish"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
