"""One writer at a time, and what happens when it lets go, dies or merely stops."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from sse_ingest.errors import DatabaseUnavailable, FenceLost
from sse_ingest.lease.lease import Lease, Position
from sse_ingest.settings import Settings
from tests.support.contention import Contention
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration

HOLDER = """
import sys, time
from sse_ingest.database.connection import connect
from sse_ingest.lease.lease import Lease
from sse_ingest.settings import Settings

settings = Settings(
    stream="restaurant",
    source_url="http://127.0.0.1:1",
    database_url=sys.argv[1],
    writer="child",
    lease_seconds=1,
)
with connect(settings.database_url, "writer", settings.schemas) as connection:
    lease = Lease(settings, connection.info.backend_pid, lambda: None)
    lease.take(wait=True, stop=lambda: False)
    print("holding", flush=True)
    while True:
        time.sleep(0.05)
        try:
            lease.check()
        except Exception as error:
            print(type(error).__name__, flush=True)
            break
"""


def never() -> bool:
    return False


def lease_of(settings: Settings) -> Lease:
    return Lease(settings, 0, lambda: 41)


def check_for_a_minute(lease: Lease) -> None:
    """It renews itself in a thread of its own, which notices sooner or later."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        lease.check()
        time.sleep(0.05)


def take(lease: Lease, *, wait: bool = False) -> Position:
    position = lease.take(wait=wait, stop=never)
    assert position is not None
    return position


@pytest.fixture
def child(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lease."""
    command = [sys.executable, "-c", HOLDER, settings.database_url]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "holding\n"
        yield process
        process.send_signal(signal.SIGCONT)
        process.kill()


def test_each_writer_raises_the_fence(settings: Settings) -> None:
    fences = []
    for _ in range(3):
        with lease_of(settings) as lease:
            fences.append(take(lease).fence)

    assert fences == [1, 2, 3]


def test_a_second_writer_that_does_not_wait_is_turned_away(settings: Settings) -> None:
    with lease_of(settings) as first, lease_of(settings) as second:
        take(first)

        assert second.take(wait=False, stop=never) is None


def test_another_stream_is_another_lease(settings: Settings) -> None:
    other = Settings(**{**vars(settings), "stream": "another"})
    with lease_of(settings) as first, lease_of(other) as second:
        take(first)

        assert second.take(wait=False, stop=never) is not None


def test_the_standby_goes_on_at_once(settings: Settings) -> None:
    incumbent, standby = lease_of(settings), lease_of(settings)
    take(incumbent)
    times: list[float] = []

    def stand_by() -> None:
        take(standby, wait=True)
        times.append(time.monotonic())

    thread = threading.Thread(target=stand_by)
    thread.start()
    eventually(lambda: incumbent.standby_waited >= 0.2, "the incumbent sees the standby")

    busy = Contention()
    incumbent.release()
    released = time.monotonic()
    thread.join(60)
    standby.release()

    assert times
    assert times[0] - released < 1 + busy.seconds


def test_a_stopped_standby_leaves_the_queue(settings: Settings, owner: Any) -> None:
    stop = threading.Event()
    with lease_of(settings) as incumbent:
        take(incumbent)
        with lease_of(settings) as standby:
            threading.Timer(0.3, stop.set).start()
            assert standby.take(wait=True, stop=stop.is_set) is None
        waiting = owner.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        assert waiting.fetchone() == (0,)


def test_the_checkpoint_shows_holder_and_head(settings: Settings, owner: Any) -> None:
    with lease_of(settings) as lease:
        take(lease)
        shown = "SELECT holder, head_offset FROM raw_data.stream_checkpoints"
        eventually(lambda: owner.execute(shown).fetchone() == ("test", 41), "the checkpoint shows both")

    assert owner.execute("SELECT holder FROM raw_data.stream_checkpoints").fetchone() == (None,)


@pytest.mark.parametrize("wait", [True, False])
def test_a_stopped_holder_is_replaced_and_finds_out(
    settings: Settings, child: subprocess.Popen[str], wait: bool
) -> None:
    child.send_signal(signal.SIGSTOP)
    busy, stopped = Contention(), time.monotonic()
    if not wait:
        time.sleep(settings.lease_seconds + 0.5)

    with lease_of(settings) as standby:
        take(standby, wait=wait)
        assert time.monotonic() - stopped < settings.lease_seconds + 1.5 + busy.seconds
        child.send_signal(signal.SIGCONT)
        assert child.stdout is not None
        assert child.stdout.readline().strip() in {FenceLost.__name__, DatabaseUnavailable.__name__}


def test_a_killed_holder_is_replaced(settings: Settings, child: subprocess.Popen[str]) -> None:
    child.kill()

    with lease_of(settings) as standby:
        busy, began = Contention(), time.monotonic()
        take(standby, wait=True)
        assert time.monotonic() - began < 2 + busy.seconds


def test_a_lost_connection_is_reported_not_hidden(settings: Settings, owner: Any, warehouse: Any) -> None:
    with lease_of(settings) as lease:
        take(lease)
        with warehouse.connect("airflow_user", autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(unnest(holder_pids)) FROM raw_data.stream_checkpoints")
        with pytest.raises(DatabaseUnavailable):
            check_for_a_minute(lease)


@pytest.fixture
def at_lock(settings: Settings, warehouse: Any) -> Iterator[Any]:
    """A writer's connection that holds the stream's lock and does nothing: frozen before it took the lease."""
    with warehouse.connect(
        "airflow_user", autocommit=True, application_name="sse_ingest lease"
    ) as connection:
        lock = f"sse_ingest/{settings.stream}/{settings.shard}"
        connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [lock])
        yield connection


@pytest.mark.parametrize("before", [True, False], ids=["the first writer ever", "after others"])
def test_one_that_froze_between_lock_and_lease_is_replaced(
    settings: Settings, request: pytest.FixtureRequest, before: bool
) -> None:
    if not before:
        with lease_of(settings) as earlier:
            take(earlier)
    request.getfixturevalue("at_lock")

    with lease_of(settings) as standby:
        busy, began = Contention(), time.monotonic()
        take(standby, wait=True)
        assert time.monotonic() - began < settings.lease_seconds + 2 + busy.seconds


def test_those_who_wait_are_left_alone(settings: Settings, owner: Any) -> None:
    """Also when they have waited for longer than a lease lasts: only who holds the lock can be too late."""
    incumbent, standby = lease_of(settings), lease_of(settings)
    take(incumbent)
    thread = threading.Thread(target=take, args=(standby,), kwargs={"wait": True})
    thread.start()
    with lease_of(settings) as third:
        stop = threading.Event()
        threading.Timer(settings.lease_seconds + 1, stop.set).start()
        owner.execute("UPDATE raw_data.stream_checkpoints SET lease_renewed_at = NULL, holder_pids = '{}'")
        third.take(wait=True, stop=stop.is_set)
    incumbent.release()
    thread.join(60)
    standby.check()
    standby.release()

    assert not thread.is_alive()


def test_an_earlier_writer_does_not_keep_the_row_from_its_successor(
    settings: Settings, warehouse: Any, owner: Any
) -> None:
    """It lost the lock with one connection, and with the other it stands in the midst of a batch."""
    with lease_of(settings) as first:
        take(first)
    with warehouse.connect("airflow_user", application_name="sse_ingest writer") as frozen:
        owner.execute("UPDATE raw_data.stream_checkpoints SET holder_pids = %s", [[frozen.info.backend_pid]])
        frozen.execute("UPDATE raw_data.stream_checkpoints SET event_offset = 0")

        with lease_of(settings) as second:
            busy, began = Contention(), time.monotonic()
            take(second)
            assert time.monotonic() - began < 2 + busy.seconds
        frozen.close()
