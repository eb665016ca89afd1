"""Faults of the event service and of its log."""

import signal
import time
from collections.abc import Iterator

from tests.chaos.environment.environment import World
from tests.chaos.environment.fleet import Writer
from tests.chaos.faults.writer import kind


@kind("service.kill")
def service_kill(world: World, victim: Writer) -> Iterator[None]:
    """And while it is down, its log gets what no client could have published."""
    world.service.end(signal.SIGKILL)
    yield
    world.service.plant(world.ledger)
    world.service.start()


@kind("service.restart")
def service_restart(world: World, victim: Writer) -> Iterator[None]:
    world.service.end(signal.SIGTERM)
    yield
    world.service.plant(world.ledger)
    world.service.start()


@kind("service.stop")
def service_stop(world: World, victim: Writer) -> Iterator[None]:
    world.service.send(signal.SIGSTOP)
    yield
    time.sleep(world.random.uniform(0.1, 0.6))
    world.service.send(signal.SIGCONT)


@kind("service.clock")
def clock(world: World, victim: Writer) -> Iterator[None]:
    """Its clock jumps, by less than the retention; it jumps back with the next of these."""
    world.service.set_clock(world.random.choice([0.0, -100_000.0, -3600.0, 7200.0, 500_000.0]))
    yield


@kind("log.disk_full")
def disk_full(world: World, victim: Writer) -> Iterator[None]:
    world.service.fill_disk()
    yield
    time.sleep(world.random.uniform(0.1, 0.4))
    world.service.free_disk()


@kind("log.deleted")
def deleted(world: World, victim: Writer) -> Iterator[None]:
    """The log is lost with whatever was not read yet; a new one begins."""
    world.service.end(signal.SIGKILL)
    yield
    world.service.delete_log(world.ledger)
    world.service.start()
    world.gaps_due += 1


@kind("log.truncated")
def truncated(world: World, victim: Writer) -> Iterator[None]:
    """Retention overtakes a reader that was cut off."""
    yield
    world.source.refuse(True)
    try:
        world.wait(lambda: _behind(world) > 12, "the log is ahead of the warehouse", 20)
        world.service.end(signal.SIGTERM)
        world.service.truncate_log(world.ledger, keep=2)
        world.service.start()
        world.gaps_due += 1
    finally:
        world.source.refuse(False)


def _behind(world: World) -> int:
    """By how many events the warehouse is behind, once it no longer moves."""
    before = world.checkpoint()
    time.sleep(0.15)
    health = world.service.health()
    if health is None or world.checkpoint() != before or before[0] != health["stream_id"]:
        return 0
    return int(health["head_offset"]) - before[1]
