"""Ports that no two processes are given, however close together they ask."""

import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from local.servers.ports import free_port, free_ports
from local.settings import ROOT

_ASKING = "from local.servers.ports import free_ports; print(*free_ports(50), flush=True); input()"


@pytest.fixture
def others() -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that have been given fifty ports each, and live."""
    with ExitStack() as stack:
        started = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", _ASKING],
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(4)
        ]
        yield started
        for process in started:
            process.kill()


def test_processes_that_live_at_the_same_time_share_no_port(others: list[subprocess.Popen[str]]) -> None:
    ports_of_each = [process.stdout.readline().split() for process in others if process.stdout]

    assert [len(set(ports)) for ports in ports_of_each] == [50] * 4
    assert len({port for ports in ports_of_each for port in ports} | set(map(str, free_ports(50)))) == 250


def test_what_listens_is_passed_over() -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        assert port not in free_ports(99)


def test_a_seed_does_not_choose_the_port() -> None:
    random.seed(0)
    first = free_port()
    random.seed(0)
    assert free_port() != first
