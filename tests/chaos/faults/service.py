"""Faults of the event service."""

import signal
import time
from collections.abc import Iterator

from tests.chaos.environment.environment import Environment
from tests.chaos.environment.fleet import Writer


def kill(environment: Environment, target: Writer) -> Iterator[None]:
    """While the service is down, its log also gets events that no client can publish."""
    environment.service.end(signal.SIGKILL)
    yield
    environment.log.add_unpublishable(environment.history)
    environment.service.start()


def restart(environment: Environment, target: Writer) -> Iterator[None]:
    """As `kill`, by SIGTERM."""
    environment.service.end(signal.SIGTERM)
    yield
    environment.log.add_unpublishable(environment.history)
    environment.service.start()


def stop(environment: Environment, target: Writer) -> Iterator[None]:
    environment.service.send(signal.SIGSTOP)
    yield
    time.sleep(environment.random.uniform(0.1, 0.6))
    environment.service.send(signal.SIGCONT)


def clock(environment: Environment, target: Writer) -> Iterator[None]:
    """Its clock jumps, by less than the retention; it may jump back with the next fault of this kind."""
    environment.service.set_clock(environment.random.choice([0.0, -100_000.0, -3600.0, 7200.0, 500_000.0]))
    yield
