"""How a fault is brought about: the victim is led to the failpoint, held there, struck, and let go."""

import signal
import time
from collections.abc import Iterator

import tests.chaos.faults.service  # noqa: F401 - enters its kinds
from tests.chaos.environment.environment import NotRecovered, World
from tests.chaos.environment.fleet import Writer
from tests.chaos.faults.writer import IN_PROCESS, KINDS, Fault

_REACH_SECONDS = 15.0


def strike(world: World, fault: Fault) -> float:
    """Do it, and return when it struck; what it broke on purpose is mended again, and the rest is up to the system."""
    if fault.point is None:
        victim = world.holder()
        time.sleep(world.random.uniform(0, 0.05))
        return _act(KINDS[fault.kind](world, victim))
    action = IN_PROCESS.get(fault.kind, "wait")
    victim = _led_to(world, fault.point, action)
    if action != "wait":
        return time.monotonic()
    try:
        acting = KINDS[fault.kind](world, victim)
        struck = time.monotonic()
        next(acting)
    finally:
        victim.go(fault.point)
    next(acting, None)
    return struck


def _act(acting: Iterator[None]) -> float:
    struck = time.monotonic()
    next(acting)
    next(acting, None)
    return struck


def _led_to(world: World, point: str, action: str) -> Writer:
    """The first writer that comes to the point, after whatever makes one come there."""
    deadline = time.monotonic() + _REACH_SECONDS
    while True:
        candidates = _candidates(world, point, action)
        reached = _reached(point, candidates)
        for candidate in candidates:
            if candidate is not reached:
                candidate.disarm(point)
        if reached is not None:
            return reached
        if time.monotonic() > deadline:
            raise NotRecovered(f"no writer comes to {point}")


def _candidates(world: World, point: str, action: str) -> list[Writer]:
    """Those who can come to the point, armed; and the holder is told to end where somebody else is to take over."""
    holder = world.holder()
    candidates = world.standbys(holder) if point.endswith("_take") else [holder]
    for candidate in candidates:
        candidate.arm(point, action)
    if point.endswith("_take"):
        holder.send(world.random.choice([signal.SIGKILL, signal.SIGTERM]))
    elif point.endswith("_release"):
        holder.send(signal.SIGTERM)
    return candidates


def _reached(point: str, candidates: list[Writer]) -> Writer | None:
    """The candidate that is at the point; None when all have ended, or none came there in time."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        for candidate in candidates:
            if candidate.has_hit(point):
                return candidate
        if not any(candidate.alive for candidate in candidates):
            return None
        time.sleep(0.003)
    return None
