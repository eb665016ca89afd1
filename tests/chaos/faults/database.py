"""Faults of PostgreSQL and of the connections to it."""

import time
from collections.abc import Iterator
from contextlib import suppress

import psutil

from tests.chaos.environment.environment import Environment
from tests.chaos.environment.fleet import Writer


def cut(environment: Environment, target: Writer) -> Iterator[None]:
    environment.database.cut(_connections(environment, target))
    yield


def reset(environment: Environment, target: Writer) -> Iterator[None]:
    environment.database.reset(_connections(environment, target))
    yield


def half_close(environment: Environment, target: Writer) -> Iterator[None]:
    environment.database.half_close(
        _connections(environment, target), towards_client=environment.random.random() < 0.5
    )
    yield


def stall(environment: Environment, target: Writer) -> Iterator[None]:
    """Hold back all traffic for a while, on every connection."""
    environment.database.stall()
    yield
    time.sleep(environment.random.uniform(0.1, 0.8))
    environment.database.flow()


def swallow(environment: Environment, target: Writer) -> Iterator[None]:
    """Leave the target's connections open, but forward nothing on them any more; new connections work."""
    environment.database.swallow(environment.connections(target))
    yield


def terminate_backend(environment: Environment, target: Writer) -> Iterator[None]:
    ports = list(environment.connections(target))
    if environment.random.random() < 0.5:
        ports = ports[:1]
    environment.warehouse.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE client_port = ANY (%(ports)s)",
        {"ports": ports},
    )
    yield


def kill_backend(environment: Environment, target: Writer) -> Iterator[None]:
    """Kill -9 one backend: PostgreSQL ends all others and recovers."""
    rows = environment.warehouse.query(
        "SELECT pid FROM pg_stat_activity WHERE client_port = ANY (%(ports)s)",
        {"ports": list(environment.connections(target))},
    )
    with suppress(psutil.NoSuchProcess):
        if rows:
            psutil.Process(rows[0][0]).kill()
    yield


def crash(environment: Environment, target: Writer) -> Iterator[None]:
    """Stop PostgreSQL at once, without a checkpoint, and start it again."""
    environment.warehouse.server.stop(immediate=True)
    yield
    environment.warehouse.server.start()


def restart(environment: Environment, target: Writer) -> Iterator[None]:
    environment.warehouse.server.stop()
    yield
    environment.warehouse.server.start()


def _connections(environment: Environment, target: Writer) -> set[int] | None:
    """The target's connections, or with less chance all."""
    return environment.connections(target) if environment.random.random() < 0.6 else None
