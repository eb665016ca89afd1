"""The tests of this folder share one stack: one process runs them all, one after the other."""

from collections.abc import Iterator

import pytest

from tests.support.stack import RunningStack, running_stack

SILENT = {"EVENT_RATE": "0", "RESTAURANT_STREAM_INTERVAL_SECONDS": "30"}


@pytest.fixture(scope="session")
def shared_stack() -> Iterator[RunningStack]:
    """Running, with the simulator silent: what arrives is what a test publishes."""
    with running_stack(SILENT) as running:
        yield running


@pytest.fixture
def stack(shared_stack: RunningStack) -> RunningStack:
    """The shared one, once all that earlier tests published is committed: a test may count what it adds."""
    shared_stack.await_committed()
    return shared_stack
