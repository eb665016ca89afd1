"""Waiting for a condition."""

import time
from collections.abc import Callable
from contextlib import suppress

import httpx
import psycopg

from tests.support.contention import Contention

_MOST_FORGIVEN = 3
_HANGS_SECONDS = 300.0


def wait_until(
    condition: Callable[[], bool],
    what: str,
    seconds: float,
    *,
    pause: float = 0.01,
    check: Callable[[], object] = lambda: None,
) -> float:
    """Seconds until the condition holds. TimeoutError, which names it, when that takes longer than `seconds`.

    While the machine is busy the wait may be longer, up to four times. `check` is called between two looks; it raises
    when there is nothing to wait for any more.
    """
    began, busy = time.monotonic(), Contention()
    while not condition():
        check()
        if time.monotonic() - began > seconds + min(busy.seconds, _MOST_FORGIVEN * seconds):
            raise TimeoutError(f"not within {seconds:g} s: {what}")
        time.sleep(pause)
    return time.monotonic() - began


def eventually(condition: Callable[[], bool], what: str, *, pause: float = 0.2) -> float:
    """Seconds until the condition holds, however busy the machine is; after five minutes it counts as a hang.

    What a test asserts is the condition. Errors of a database or service that is down count as not yet.
    """

    def holds() -> bool:
        with suppress(psycopg.OperationalError, httpx.TransportError):
            return condition()
        return False

    return wait_until(holds, what, _HANGS_SECONDS, pause=pause)
