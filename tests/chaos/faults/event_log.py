"""Faults of the event service's log."""

import signal
import time
from collections.abc import Iterator

from tests.chaos.environment.environment import Environment
from tests.chaos.environment.fleet import Writer


def disk_full(environment: Environment, target: Writer) -> Iterator[None]:
    environment.service.fill_disk()
    yield
    time.sleep(environment.random.uniform(0.1, 0.4))
    environment.service.free_disk()


def deleted(environment: Environment, target: Writer) -> Iterator[None]:
    """Delete the log with all events that were not read yet; the service begins a new one."""
    environment.service.end(signal.SIGKILL)
    yield
    environment.log.delete(environment.history)
    environment.service.start()
    environment.expected_gaps += 1


def truncated(environment: Environment, target: Writer) -> Iterator[None]:
    """Cut off the readers; meanwhile retention deletes events that they have not read."""
    yield
    environment.source.refuse(True)
    try:
        environment.wait(lambda: _unread(environment) > 12, "the log is ahead of the warehouse", 20)
        environment.service.end(signal.SIGTERM)
        environment.log.truncate(environment.history, keep=2)
        environment.service.start()
        environment.expected_gaps += 1
    finally:
        environment.source.refuse(False)


def _unread(environment: Environment) -> int:
    """How many events the warehouse is behind the log; 0 while its checkpoint still moves."""
    before = environment.checkpoint()
    time.sleep(0.15)
    health = environment.service.health()
    if health is None or environment.checkpoint() != before or before[0] != health["stream_id"]:
        return 0
    return int(health["head_offset"]) - before[1]
