"""A transaction that did not get a lock runs again, a number of times."""

from collections.abc import Callable

import psycopg
import pytest
from psycopg.errors import DeadlockDetected, DivisionByZero, LockNotAvailable

from sse_ingest.database.lock_retries import retry_locked
from sse_ingest.errors import DatabaseUnavailable


def fails(*errors: psycopg.Error) -> Callable[[], str]:
    """A transaction that raises these errors, one per attempt, and then succeeds."""
    remaining = list(errors)

    def act() -> str:
        if remaining:
            raise remaining.pop(0)
        return "committed"

    return act


def retried(act: Callable[[], str], attempts: int = 3) -> str:
    return retry_locked(
        act,
        attempts=attempts,
        pause_seconds=0,
        failure=lambda error: DatabaseUnavailable(f"in use: {error}"),
    )


def test_a_lock_and_a_deadlock_are_tried_again() -> None:
    assert retried(fails()) == "committed"
    assert retried(fails(LockNotAvailable(), DeadlockDetected())) == "committed"


def test_the_last_attempt_says_what_stood_in_the_way() -> None:
    with pytest.raises(DatabaseUnavailable, match="in use: the last") as caught:
        retried(fails(LockNotAvailable("the first"), LockNotAvailable("the last")), attempts=2)
    assert isinstance(caught.value.__cause__, LockNotAvailable)


def test_any_other_error_is_raised_at_once() -> None:
    with pytest.raises(DivisionByZero):
        retried(fails(DivisionByZero(), LockNotAvailable()))
