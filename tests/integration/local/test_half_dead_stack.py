"""`./stack up` on a stack of which a part has died starts that part, and nothing else."""

import io
import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from rich.console import Console

from local.display.progress import Progress
from local.processes.children import Adopted
from local.processes.interrupts import Interrupts
from local.processes.stack import Stack
from local.servers import services
from local.servers.services import Service

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]
UP = ("up", "--without-airflow", "--detach")
Place = Any  # the fixture's class; conftest files cannot be imported from


def up(place: Place) -> str:
    result = place.stack(*UP)
    assert result.returncode == 0, result.stdout + result.stderr
    return str(result.stdout)


def kill(place: Place, pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    place.wait(lambda: pid not in all_running(place).values())


def all_running(place: Place) -> dict[str, int]:
    """PostgreSQL included."""
    pid = services.postgres(place.settings).pid()
    return {**place.running(), **({"postgres": pid} if pid else {})}


@pytest.mark.long
@pytest.mark.parametrize("name", ["ingest", "api", "postgres"])
def test_only_what_is_dead_is_started(place: Place, name: str) -> None:
    up(place)
    before = all_running(place)
    kill(place, before[name])
    others = [other for other in ("api", "ingest", "dashboard") if other != name]
    assert f"Running already, and kept: {', '.join(others)}." in up(place)
    after = all_running(place)
    assert after.keys() == before.keys()
    assert {other for other in before if after[other] != before[other]} == {name}
    assert "running already, in the background" in place.stack(*UP).stderr


@pytest.mark.long
def test_what_has_other_settings_now_is_started_again(place: Place) -> None:
    up(place)
    before = all_running(place)
    kill(place, before["ingest"])
    place.change("EVENT_RATE", "10")
    assert "Left by an earlier run, and ended first: api." in up(place)
    after = all_running(place)
    assert {name for name in before if after[name] != before[name]} == {"api", "ingest"}


@pytest.mark.long
def test_postgres_moves_to_another_port(place: Place) -> None:
    up(place)
    before = all_running(place)
    kill(place, before["ingest"])
    place.change("POSTGRES_PORT", str(place.free_port()))
    up(place)
    after = all_running(place)
    assert after["postgres"] != before["postgres"]
    assert after["api"] == before["api"]
    assert place.stack("psql", "-c", "SELECT 1").returncode == 0


@pytest.fixture
def stack(place: Place) -> Iterator[Stack]:
    new_stack = Stack(place.settings, Progress(Console(file=io.StringIO(), width=200)), Interrupts())
    yield new_stack
    new_stack.stop()


def service(stack: Stack, ready: bool) -> Service:
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    return Service("api", "event service", command, os.environ, "http://address", lambda: ready)


@pytest.mark.long
def test_what_runs_but_does_not_answer_is_ended(place: Place, stack: Stack) -> None:
    child = stack.spawn(service(stack, ready=True))
    successor = Stack(stack.settings, stack.progress, stack.interrupts)
    silent = service(stack, ready=False)
    successor.keep_running([silent])
    assert isinstance(successor.children["api"], Adopted)
    successor.drop_silent([silent], within_seconds=0)
    assert successor.children == {}
    assert place.running() == {}
    child.process.wait()


def test_what_runs_and_answers_is_watched(place: Place, stack: Stack) -> None:
    child = stack.spawn(service(stack, ready=True))
    pid = child.pid
    successor = Stack(stack.settings, stack.progress, stack.interrupts)
    answering = service(stack, ready=True)
    successor.keep_running([answering])
    successor.drop_silent([answering], within_seconds=0)
    assert successor.children["api"].pid == pid
    assert successor.dead() == []
    os.kill(pid, signal.SIGKILL)
    place.wait(lambda: successor.dead() == ["api"])
    assert successor.children["api"].exit_text() == "exit code unknown"
    child.process.wait()
