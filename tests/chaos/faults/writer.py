"""Faults of the ingest processes."""

import signal
import time
from collections.abc import Iterator
from contextlib import suppress

from tests.chaos.environment.environment import Environment
from tests.chaos.environment.fleet import Writer
from tests.support.waiting import wait_until

_FORGET_HOLDER = """
    UPDATE raw_data.stream_checkpoints SET holder_pids = '{}'
    WHERE ctid IN (SELECT ctid FROM raw_data.stream_checkpoints FOR UPDATE SKIP LOCKED)
    RETURNING 1
"""


def kill(environment: Environment, target: Writer) -> Iterator[None]:
    target.send(signal.SIGKILL)
    yield


def error(environment: Environment, target: Writer) -> Iterator[None]:
    """Without a failpoint: at the next of two steps of the store."""
    target.arm(environment.random.choice(["store.after_deduplication", "store.after_checkpoint"]), "error")
    yield


def stop(environment: Environment, target: Writer) -> Iterator[None]:
    """Stop the target for less than its lease: a successor may take over, but need not."""
    target.send(signal.SIGSTOP)
    yield
    time.sleep(environment.random.uniform(0.05, 0.5))
    target.send(signal.SIGCONT)


def freeze(environment: Environment, target: Writer) -> Iterator[None]:
    """Stop the target until a successor has taken over; then it goes on where it was."""
    environment.standbys(target)
    fence = _fence(environment)
    target.send(signal.SIGSTOP)
    yield
    try:
        environment.wait(
            lambda: _fence(environment) > fence, f"{target.name}, which is stopped, is replaced", 20
        )
        if environment.random.random() < 0.5:
            environment.recovered(time.monotonic())
    finally:
        target.send(signal.SIGCONT)


def lease_lost(environment: Environment, target: Writer) -> Iterator[None]:
    """Cut the connection of the lease and not the one for writing: only the fence stops the target."""
    environment.standbys(target)
    lease = environment.connections(target, "lease")
    if lease:
        fence = _fence(environment)
        environment.warehouse.query(_FORGET_HOLDER)  # else the successor ends the target's connections
        environment.database.cut(lease)
        with suppress(TimeoutError):
            wait_until(lambda: _fence(environment) > fence, "a successor has the lease", 1.5)
            began = environment.checkpoint()
            wait_until(lambda: environment.checkpoint() != began, "the successor commits", 0.5)
    yield


def restart(environment: Environment, target: Writer) -> Iterator[None]:
    target.send(signal.SIGTERM)
    yield
    with suppress(TimeoutError):
        target.wait(5)


def streaming_rivals(environment: Environment, target: Writer) -> Iterator[None]:
    """Start two more ingest processes at once, and kill those beyond the wanted number later."""
    for _ in range(2):
        environment.fleet.start()
    yield
    time.sleep(environment.random.uniform(0.2, 0.8))
    environment.fleet.shrink(environment.holder().name)


def polling_rival(environment: Environment, target: Writer) -> Iterator[None]:
    """Start a polling run. It ends because the stream is taken, or takes the stream and gives it back."""
    rival = environment.fleet.start("poll")
    yield
    environment.wait(lambda: not rival.alive, "the polling run has ended", 30)


def _fence(environment: Environment) -> int:
    rows = environment.warehouse.query("SELECT fence FROM raw_data.stream_checkpoints")
    return int(rows[0][0]) if rows else 0
