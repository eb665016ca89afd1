"""Interrupts: the first ends, the second hurries, and nothing is cut in two."""

import os
import signal

import pytest

from local.processes.interrupts import SIGNALS, Interrupts


def send(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_raises_and_the_second_only_counts(number: signal.Signals) -> None:
    with Interrupts() as interrupts:
        with pytest.raises(KeyboardInterrupt):
            send(number)
        assert not interrupts.impatient()
        send(number)
        assert interrupts.impatient()


def test_what_is_held_is_finished_first() -> None:
    steps = []

    def work(interrupts: Interrupts) -> None:
        with interrupts.held():
            send(signal.SIGTERM)
            steps.append("after the signal")
        steps.append("not reached")

    with Interrupts() as interrupts, pytest.raises(KeyboardInterrupt):
        work(interrupts)
    assert steps == ["after the signal"]


def test_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Interrupts():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before
