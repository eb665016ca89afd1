"""What breaks while orders flow, under the real scheduler: nothing is lost, nothing is taken twice."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import psutil
import pytest

from tests.support.publisher import Publisher
from tests.support.stack import RunningStack
from tests.support.waiting import eventually

pytestmark = [pytest.mark.stack, pytest.mark.long, pytest.mark.timeout(900)]

COMMITTED = "SELECT event_offset FROM raw_data.stream_checkpoints"
REALTIME, POLLING = "restaurant_realtime_stream", "restaurant_stream_ingest_polling"


@pytest.fixture(autouse=True)
def flowing(
    stack: RunningStack, publisher: Callable[..., Publisher], all_arrived: Callable[[], None]
) -> Iterator[None]:
    """Orders flow before, during and after; then every one of them is accounted for."""
    with publisher(per_second=10):
        advances(stack)
        yield
    all_arrived()


def advances(stack: RunningStack) -> None:
    """Something new is committed."""
    before: list[int] = []

    def moved() -> bool:
        before.append(stack.value(COMMITTED) or 0)
        return before[-1] > before[0]

    eventually(moved, "the checkpoint moves")


def kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_event_service_restarts(stack: RunningStack, number: int) -> None:
    leader = stack.leader("api")
    leader.send_signal(number)
    psutil.wait_procs([leader], 30)

    advances(stack)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT])
def test_postgresql_restarts(stack: RunningStack, number: int) -> None:
    pid = int((stack.settings.data_dir / "postgres" / "postmaster.pid").read_text().split("\n")[0])
    postmaster = psutil.Process(pid)
    postmaster.send_signal(number)
    psutil.wait_procs([postmaster], 30)

    advances(stack)


def test_the_scheduler_alone_is_killed(stack: RunningStack) -> None:
    kill([stack.leader("airflow-scheduler")])
    time.sleep(1)

    advances(stack)
    running_again(stack)
    advances(stack)


def test_the_scheduler_restarts(stack: RunningStack) -> None:
    """With its tasks, as `./stack down` asks them to: each commits its batch and lets go."""
    record = stack.record("airflow-scheduler")
    for _ in range(6):  # a task that starts just now hears of it when it is asked again
        for process in record.members():
            with suppress(psutil.NoSuchProcess):
                process.terminate()
        psutil.wait_procs(record.members(), 10)
    assert record.members() == []
    running_again(stack)

    advances(stack)


def test_the_scheduler_stands_still_and_goes_on(stack: RunningStack) -> None:
    leader = stack.leader("airflow-scheduler")
    leader.suspend()
    try:
        # Longer than its heartbeat may be late: whatever its tasks make of that, the stream goes on, or comes back.
        time.sleep(20)
    finally:
        leader.resume()

    advances(stack)


def test_the_scheduler_and_all_its_tasks_are_killed(stack: RunningStack) -> None:
    tree = stack.members("airflow-scheduler")
    kill(tree)
    psutil.wait_procs(tree, 10)
    running_again(stack)

    advances(stack)
    # Back for good, not by a last batch of what was dying.
    for _ in range(5):
        time.sleep(1)
        advances(stack)


def test_the_polling_dag_takes_over_and_hands_back(stack: RunningStack) -> None:
    pause(stack, REALTIME, paused=True)
    eventually(
        lambda: stack.value("SELECT holder IS NULL FROM raw_data.stream_checkpoints"),
        "the stream is let go",
    )
    try:
        advances(stack)
        states = {run["state"] for run in runs(stack, POLLING)}
        assert "success" in states
    finally:
        pause(stack, REALTIME, paused=False)
    holder = "SELECT holder IS NOT NULL FROM raw_data.stream_checkpoints"
    eventually(lambda: bool(stack.value(holder)), "the realtime DAG streams again")
    advances(stack)


def pause(stack: RunningStack, dag: str, *, paused: bool) -> None:
    stack.airflow("PATCH", f"/dags/{dag}", {"is_paused": paused})


def runs(stack: RunningStack, dag: str) -> list[dict[str, str]]:
    listed: list[dict[str, str]] = stack.airflow("GET", f"/dags/{dag}/dagRuns?limit=50")["dag_runs"]
    return listed


def running_again(stack: RunningStack) -> None:
    def alive() -> bool:
        return stack.leader("airflow-scheduler").is_running()

    def there() -> bool:
        with suppress(AssertionError):
            return alive()
        return False

    eventually(there, "the scheduler runs again")
