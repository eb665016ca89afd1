"""`./stack restart SERVICE`: ends and starts one service, and returns when it is ready."""

import time
from collections.abc import Callable
from math import inf

from rich.console import Console

from local.display.progress import Progress
from local.errors import StackError
from local.processes import past_process
from local.processes.interrupts import Interrupts
from local.processes.restart_requests import RestartRequests
from local.processes.stack import POLL_SECONDS, Stack
from local.processes.stack_lock import StackLock
from local.servers import services
from local.servers.services import Service
from local.settings import START_TIMEOUT, Settings

POSTGRES = "postgres"


def restart(settings: Settings, console: Console, name: str) -> None:
    """By the `up` that watches over the service, or here when the stack runs in the background."""
    with Interrupts() as interrupts:
        stack = Stack(settings, Progress(console), interrupts)
        with_airflow = "ingest" not in {*stack.expected(), *stack.processes.names()}
        _check_name(stack, name, with_airflow=with_airflow)

        def service() -> Service:
            """Made after the old process has ended, so that only the new one counts as ready."""
            if name == past_process.PAST:
                return services.past_loader(settings)
            return next(s for s in services.selected(settings, with_airflow=with_airflow) if s.name == name)

        lock = StackLock(settings.run_dir, "restart")
        if lock.is_held() and lock.holder()[0] == "up":
            _ask(stack, lock, name, service)
        else:
            with lock:
                _restart_here(stack, name, service)


def _check_name(stack: Stack, name: str, *, with_airflow: bool) -> None:
    if not stack.alive():
        raise StackError("Nothing is running: start it with ./stack up.")
    names = [POSTGRES, *(s.name for s in services.selected(stack.settings, with_airflow=with_airflow))]
    if past_process.unfinished(stack.settings):
        names.append(past_process.PAST)
    if name not in names:
        raise StackError(f"The running stack has no service {name!r}; it has {', '.join(names)}.")


def _restart_here(stack: Stack, name: str, make: Callable[[], Service]) -> None:
    if name == POSTGRES:
        with stack.progress.step("PostgreSQL"):
            stack.restart_postgres()
        return
    with stack.progress.step(f"stopping {name}"):
        stack.end(name)
    service = make()
    stack.spawn(service)
    stack.await_ready(service)


def _ask(stack: Stack, lock: StackLock, name: str, make: Callable[[], Service]) -> None:
    """Ask the `up` that holds the lock, and wait for the new process."""
    requests = RestartRequests(stack.settings.run_dir)
    before = _recorded_pid(stack, name)
    requests.add(name)
    try:
        with stack.progress.step(f"restarting {name} (by ./stack up, process {lock.holder()[1]})"):
            _wait(lock, name, lambda: name not in requests.pending())
            deadline = time.monotonic() + stack.settings.start_timeout
            _wait(lock, name, lambda: _recorded_pid(stack, name) not in (before, None), deadline)
            ready = stack.postgres.answers if name == POSTGRES else _readiness(stack, make())
            _wait(lock, name, ready, deadline)
    finally:
        requests.remove(name)


def _recorded_pid(stack: Stack, name: str) -> int | None:
    """Of the process that was started last, whether it lives or not."""
    if name == POSTGRES:
        return stack.postgres.pid()
    record = stack.processes.find(name)
    return record.pid if record else None


def _readiness(stack: Stack, service: Service) -> Callable[[], bool]:
    """What is true once the new process works; StackError when it has ended."""

    def ready() -> bool:
        record = stack.processes.find(service.name)
        if record is not None and record.leader() is None:
            raise StackError(stack.report_exit(service, "ended while starting"))
        return service.ready()

    return ready


def _wait(lock: StackLock, name: str, condition: Callable[[], bool], deadline: float = inf) -> None:
    while not condition():
        if not lock.is_held():
            raise StackError(f"./stack up ended before {name} was ready: run ./stack up again.")
        if time.monotonic() > deadline:
            raise StackError(
                f"{name} was not ready in time ({START_TIMEOUT}): ./stack logs {name} may say why."
            )
        time.sleep(POLL_SECONDS)
