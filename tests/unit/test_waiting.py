"""Waiting returns, gives up or is stopped."""

import pytest

from tests.support.waiting import wait_until


def test_it_returns_when_the_condition_holds() -> None:
    answers = iter([False, True])

    assert wait_until(lambda: next(answers), "the second answer", 5) >= 0


def test_it_gives_up_and_names_the_condition() -> None:
    with pytest.raises(TimeoutError, match=r"not within 0\.05 s: what never comes"):
        wait_until(lambda: False, "what never comes", 0.05)


def test_a_check_stops_it() -> None:
    def check() -> None:
        raise RuntimeError("the process has ended")

    with pytest.raises(RuntimeError, match="has ended"):
        wait_until(lambda: False, "what never comes", 60, check=check)
