"""Waiting for a condition."""

import time
from collections.abc import Callable


def wait_until(
    condition: Callable[[], bool],
    what: str,
    seconds: float,
    *,
    pause: float = 0.01,
    check: Callable[[], object] = lambda: None,
) -> float:
    """Seconds until the condition holds. TimeoutError, which names it, when that takes too long.

    `check` is called between two looks, and may raise when waiting makes no sense any more.
    """
    began = time.monotonic()
    while not condition():
        check()
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"not within {seconds:g} s: {what}")
        time.sleep(pause)
    return time.monotonic() - began
