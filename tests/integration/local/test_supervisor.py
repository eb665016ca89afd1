"""Supervision: what dies is started again, five times, and then left to a person."""

import io
import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from rich.console import Console

from local.display.progress import Progress
from local.processes.children import Child
from local.processes.interrupts import Interrupts
from local.processes.stack import Stack
from local.processes.supervisor import ATTEMPTS, HEALTHY_SECONDS, Supervisor
from local.servers.services import Service
from tests.support.waiting import eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]
FLAKY = Service("flaky", "flaky service", [sys.executable, "-c", "print('last words'); exit(3)"], os.environ)


@pytest.fixture
def stack(place: Any) -> Iterator[Stack]:
    new_stack = Stack(place.settings, Progress(Console(file=io.StringIO(), width=200)), Interrupts())
    new_stack.postgres.initialise()
    new_stack.postgres.start()
    yield new_stack
    new_stack.stop()


def output(stack: Stack) -> str:
    assert isinstance(stack.progress.console.file, io.StringIO)
    return stack.progress.console.file.getvalue()


def die(stack: Stack) -> None:
    child = stack.children["flaky"]
    assert isinstance(child, Child)
    child.process.wait()


def test_five_times_with_growing_pauses_and_then_no_more(stack: Stack) -> None:
    supervisor = Supervisor(stack, [FLAKY])
    stack.spawn(FLAKY)
    now = 1000.0
    for pause in (1, 2, 4, 8, 16):
        die(stack)
        supervisor.look(now)
        assert f"again in {pause} s" in output(stack)
        supervisor.look(now + pause - 0.1)
        assert "flaky" not in stack.children
        now += pause
        supervisor.look(now)
        assert "flaky" in stack.children
    die(stack)
    supervisor.look(now)
    supervisor.look(now + 3600)
    assert "flaky" not in stack.children
    assert f"flaky died {ATTEMPTS + 1} times in a row and stays down" in output(stack)
    assert "died (exit code 3)" in output(stack)
    assert "    last words" in output(stack)
    assert "stack: flaky died" in stack.log_of(FLAKY).read_text()


def test_after_a_quiet_time_the_count_begins_at_one_again(stack: Stack) -> None:
    supervisor = Supervisor(stack, [FLAKY])
    now = 1000.0
    for _ in range(ATTEMPTS + 2):
        stack.spawn(FLAKY)
        die(stack)
        supervisor.look(now)
        assert supervisor.attempts["flaky"].due == now + 1
        now += HEALTHY_SECONDS + 1


def test_postgres_is_started_again(stack: Stack) -> None:
    supervisor = Supervisor(stack, [])
    pid = stack.postgres.pid()
    assert pid
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: stack.postgres.pid() is None, "PostgreSQL ends")
    supervisor.look(1000.0)
    assert stack.postgres.pid() is None
    supervisor.look(1001.0)
    assert stack.postgres.pid() not in (None, pid)
    assert "PostgreSQL died" in output(stack)
