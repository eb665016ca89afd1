"""The faults, each a generator: what it does while its victim waits, `yield`, and what it does once the victim goes on.

The victim is the ingest process that stands at a failpoint, or at a random moment the one that holds the lease.
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

import psutil

from tests.chaos.environment.environment import World
from tests.chaos.environment.fleet import Writer

Kind: TypeAlias = Callable[[World, Writer], Iterator[None]]
KINDS: dict[str, Kind] = {}
_FORGET_HOLDER = """
    UPDATE raw_data.stream_checkpoints SET holder_pids = '{}'
    WHERE ctid IN (SELECT ctid FROM raw_data.stream_checkpoints FOR UPDATE SKIP LOCKED)
    RETURNING 1
"""
IN_PROCESS = {"writer.kill": "kill", "writer.error": "error"}
"""Kinds that the failpoint itself can do: at a point they need nobody to wait."""


@dataclass(frozen=True)
class Fault:
    """A kind of fault and the failpoint at which it strikes; None is whatever moment it happens to be."""

    kind: str
    point: str | None

    def __str__(self) -> str:
        return f"{self.kind} at {self.point or 'a random moment'}"


def kind(name: str) -> Callable[[Kind], Kind]:
    """Enter a fault under its name."""

    def enter(act: Kind) -> Kind:
        KINDS[name] = act
        return act

    return enter


@kind("writer.kill")
def kill(world: World, victim: Writer) -> Iterator[None]:
    victim.send(signal.SIGKILL)
    yield


@kind("writer.error")
def error(world: World, victim: Writer) -> Iterator[None]:
    """Without a point: at whichever step of the store comes next."""
    victim.arm(world.random.choice(["store.after_claim", "store.after_checkpoint"]), "error")
    yield


@kind("writer.stop")
def stop(world: World, victim: Writer) -> Iterator[None]:
    """For less than its lease: nobody may replace it in vain, and nothing breaks if somebody does."""
    victim.send(signal.SIGSTOP)
    yield
    time.sleep(world.random.uniform(0.05, 0.5))
    victim.send(signal.SIGCONT)


@kind("writer.freeze")
def freeze(world: World, victim: Writer) -> Iterator[None]:
    """Until a successor has taken over; then it wakes up where it was."""
    world.standbys(victim)
    fence = _fence(world)
    victim.send(signal.SIGSTOP)
    yield
    try:
        world.wait(lambda: _fence(world) > fence, f"{victim.name}, which is stopped, is replaced", 20)
        if world.random.random() < 0.5:
            world.recovered(time.monotonic())
    finally:
        victim.send(signal.SIGCONT)


@kind("writer.usurped")
def usurp(world: World, victim: Writer) -> Iterator[None]:
    """Its lease is lost behind its back and its connection for writing is not: only the fence is in its way."""
    world.standbys(victim)
    lease = world.connections(victim, "lease")
    if lease:
        fence = _fence(world)
        world.warehouse.query(_FORGET_HOLDER)  # so that the successor cannot end the connection either
        world.database.cut(lease)
        with suppress(TimeoutError):
            _until(lambda: _fence(world) > fence, 1.5)
            began = world.checkpoint()
            _until(lambda: world.checkpoint() != began, 0.5)
    yield


@kind("writer.restart")
def restart(world: World, victim: Writer) -> Iterator[None]:
    victim.send(signal.SIGTERM)
    yield
    with suppress(TimeoutError):
        _until(lambda: not victim.alive, 5)


@kind("rivals.stream")
def rivals(world: World, victim: Writer) -> Iterator[None]:
    """Two more ingest processes at once; later the superfluous ones are killed."""
    for _ in range(2):
        world.fleet.start()
    yield
    time.sleep(world.random.uniform(0.2, 0.8))
    world.fleet.shrink(world.holder().name)


@kind("rivals.poll")
def poll(world: World, victim: Writer) -> Iterator[None]:
    """A polling run, which has to find the stream taken, or else to hand it back."""
    rival = world.fleet.start("poll")
    yield
    world.wait(lambda: not rival.alive, "the polling run has ended", 30)


def _link(world: World, victim: Writer) -> set[int] | None:
    """The victim's connections to the database, or everybody's."""
    return world.connections(victim) if world.random.random() < 0.6 else None


@kind("database.cut")
def database_cut(world: World, victim: Writer) -> Iterator[None]:
    world.database.cut(_link(world, victim))
    yield


@kind("database.reset")
def database_reset(world: World, victim: Writer) -> Iterator[None]:
    world.database.reset(_link(world, victim))
    yield


@kind("database.half_close")
def database_half_close(world: World, victim: Writer) -> Iterator[None]:
    world.database.half_close(_link(world, victim), towards_client=world.random.random() < 0.5)
    yield


@kind("database.stall")
def database_stall(world: World, victim: Writer) -> Iterator[None]:
    """Nothing passes for a while, for nobody; then everything does."""
    world.database.stall()
    yield
    time.sleep(world.random.uniform(0.1, 0.8))
    world.database.flow()


@kind("database.swallow")
def database_swallow(world: World, victim: Writer) -> Iterator[None]:
    """The victim's connections stay open and carry nothing any more, for ever; new ones work."""
    world.database.swallow(world.connections(victim))
    yield


@kind("database.terminate_backend")
def terminate(world: World, victim: Writer) -> Iterator[None]:
    ports = list(world.connections(victim))
    if world.random.random() < 0.5:
        ports = ports[:1]
    world.warehouse.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE client_port = ANY (%(ports)s)",
        {"ports": ports},
    )
    yield


@kind("database.kill_backend")
def kill_backend(world: World, victim: Writer) -> Iterator[None]:
    """kill -9 of one backend: PostgreSQL ends all the others and recovers."""
    rows = world.warehouse.query(
        "SELECT pid FROM pg_stat_activity WHERE client_port = ANY (%(ports)s)",
        {"ports": list(world.connections(victim))},
    )
    with suppress(psutil.NoSuchProcess):
        if rows:
            psutil.Process(rows[0][0]).kill()
    yield


@kind("database.crash")
def crash(world: World, victim: Writer) -> Iterator[None]:
    """PostgreSQL stops at once, without a checkpoint, and starts again."""
    world.warehouse.server.stop(immediate=True)
    yield
    world.warehouse.server.start()


@kind("database.restart")
def database_restart(world: World, victim: Writer) -> Iterator[None]:
    world.warehouse.server.stop()
    yield
    world.warehouse.server.start()


@kind("source.cut")
def source_cut(world: World, victim: Writer) -> Iterator[None]:
    world.source.cut()
    world.publishing.cut()
    yield


@kind("source.reset")
def source_reset(world: World, victim: Writer) -> Iterator[None]:
    world.source.reset()
    world.publishing.reset()
    yield


@kind("source.half_close")
def source_half_close(world: World, victim: Writer) -> Iterator[None]:
    world.source.half_close(towards_client=world.random.random() < 0.5)
    world.publishing.half_close(towards_client=world.random.random() < 0.5)
    yield


@kind("source.stall")
def source_stall(world: World, victim: Writer) -> Iterator[None]:
    world.source.stall()
    yield
    time.sleep(world.random.uniform(0.1, 0.6))
    world.source.flow()


def _fence(world: World) -> int:
    rows = world.warehouse.query("SELECT fence FROM raw_data.stream_checkpoints")
    return int(rows[0][0]) if rows else 0


def _until(condition: Callable[[], bool], within: float) -> None:
    """Raise TimeoutError when it does not come to hold; the fleet is left alone."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.01)
