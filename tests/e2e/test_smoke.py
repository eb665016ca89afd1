"""The whole stack in short: up with Airflow, orders published, one handover, and every event accounted for."""

from collections.abc import Callable, Iterator

import pytest

from tests.support.publisher import Publisher
from tests.support.stack import RunningStack, running_stack
from tests.support.waiting import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

FENCE = "SELECT fence FROM raw_data.stream_checkpoints WHERE holder IS NOT NULL"
SETTINGS = {
    "EVENT_RATE": "0",
    "RESTAURANT_STREAM_INTERVAL_SECONDS": "15",  # the shortest that the DAG takes: one run follows the other soon
    "EVENT_STREAM_TOKEN": "read-token-of-the-test",  # the operator must send it
}


@pytest.fixture(scope="module")
def stack() -> Iterator[RunningStack]:
    """One of its own, in place of the one that the long tests share."""
    with running_stack(SETTINGS) as running:
        yield running


def test_a_run_hands_over_to_the_next_and_every_event_is_accounted_for(
    stack: RunningStack, publisher: Callable[..., Publisher], all_arrived: Callable[[], None]
) -> None:
    with publisher(per_second=20):
        eventually(lambda: stack.value(FENCE) is not None, "a run streams")
        first = stack.value("SELECT fence FROM raw_data.stream_checkpoints")
        eventually(lambda: (stack.value(FENCE) or 0) > first, "the next run streams")
        arrived = stack.value("SELECT count(*) FROM raw_data.events_raw")
        eventually(
            lambda: stack.value("SELECT count(*) FROM raw_data.events_raw") > arrived, "it takes events"
        )
    all_arrived()

    assert stack.cli("completeness").returncode == 0
    assert stack.cli("status").returncode == 0
