"""Inject a fault: bring a writer to the failpoint, let it wait there, act, and let it go on."""

import signal
import time
from collections.abc import Iterator
from contextlib import suppress

from tests.chaos.environment.environment import Environment
from tests.chaos.environment.fleet import Writer
from tests.chaos.faults.kinds import FAILPOINT_ACTIONS, KINDS, Fault
from tests.support.waiting import wait_until

_REACH_SECONDS = 15.0


def inject_fault(environment: Environment, fault: Fault) -> float:
    """Inject the fault and undo what it broke; return when it was injected. Recovery is left to the system."""
    if fault.point is None:
        target = environment.holder()
        time.sleep(environment.random.uniform(0, 0.05))
        return _run(KINDS[fault.kind](environment, target))
    action = FAILPOINT_ACTIONS.get(fault.kind, "wait")
    target = _bring_to(environment, fault.point, action)
    if action != "wait":
        return time.monotonic()
    try:
        steps = KINDS[fault.kind](environment, target)
        injected = time.monotonic()
        next(steps)
    finally:
        target.go(fault.point)
    next(steps, None)
    return injected


def _run(steps: Iterator[None]) -> float:
    injected = time.monotonic()
    next(steps)
    next(steps, None)
    return injected


def _bring_to(environment: Environment, point: str, action: str) -> Writer:
    """The first writer that reaches the point. Writers are armed again until one does."""
    reached: list[Writer] = []

    def attempt() -> bool:
        candidates = _arm(environment, point, action)
        target = _first_at(point, candidates)
        for candidate in candidates:
            if candidate is not target:
                candidate.disarm(point)
        if target is not None:
            reached.append(target)
        return target is not None

    environment.wait(attempt, f"a writer reaches {point}", _REACH_SECONDS)
    return reached[0]


def _arm(environment: Environment, point: str, action: str) -> list[Writer]:
    """Arm the writers that can reach the point. For a change of the lease, end its holder."""
    holder = environment.holder()
    candidates = environment.standbys(holder) if point.endswith("_take") else [holder]
    for candidate in candidates:
        candidate.arm(point, action)
    if point.endswith("_take"):
        holder.send(environment.random.choice([signal.SIGKILL, signal.SIGTERM]))
    elif point.endswith("_release"):
        holder.send(signal.SIGTERM)
    return candidates


def _first_at(point: str, candidates: list[Writer]) -> Writer | None:
    """The candidate at the point; None when all have ended, or none reaches it in time."""

    def at_point() -> Writer | None:
        return next((candidate for candidate in candidates if candidate.has_hit(point)), None)

    def reached() -> bool:
        return at_point() is not None or not any(candidate.alive for candidate in candidates)

    with suppress(TimeoutError):
        wait_until(reached, f"a writer reaches {point}", 5, pause=0.003)
    return at_point()
