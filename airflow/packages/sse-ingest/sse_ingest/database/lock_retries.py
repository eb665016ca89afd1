"""Runs a transaction again that did not get a lock. A short lock_timeout lets the sessions behind it go first."""

import time
from collections.abc import Callable
from typing import TypeVar

import psycopg
from psycopg.errors import DeadlockDetected, LockNotAvailable

Result = TypeVar("Result")


def retry_locked(
    act: Callable[[], Result],
    *,
    attempts: int,
    pause_seconds: float,
    failure: Callable[[psycopg.Error], Exception],
) -> Result:
    """The result of `act`, which is one transaction. Raises `failure` if each attempt ends for a lock or a deadlock."""
    for _ in range(attempts - 1):
        try:
            return act()
        except (LockNotAvailable, DeadlockDetected):
            time.sleep(pause_seconds)
    try:
        return act()
    except (LockNotAvailable, DeadlockDetected) as error:
        raise failure(error) from error
