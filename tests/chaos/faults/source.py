"""Faults of the connections to the event service, from the readers and from the producer."""

import time
from collections.abc import Iterator

from tests.chaos.environment.environment import Environment
from tests.chaos.environment.fleet import Writer


def cut(environment: Environment, target: Writer) -> Iterator[None]:
    environment.source.cut()
    environment.publishing.cut()
    yield


def reset(environment: Environment, target: Writer) -> Iterator[None]:
    environment.source.reset()
    environment.publishing.reset()
    yield


def half_close(environment: Environment, target: Writer) -> Iterator[None]:
    environment.source.half_close(towards_client=environment.random.random() < 0.5)
    environment.publishing.half_close(towards_client=environment.random.random() < 0.5)
    yield


def stall(environment: Environment, target: Writer) -> Iterator[None]:
    """Hold back the stream to all readers for a while."""
    environment.source.stall()
    yield
    time.sleep(environment.random.uniform(0.1, 0.6))
    environment.source.flow()
