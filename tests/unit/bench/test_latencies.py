"""An event is seen when its offset is passed; percentiles are values that were measured."""

import subprocess
import sys

import pytest

from tests.bench.measuring.checkpoint import Commit
from tests.bench.measuring.latencies import Paced, Posted, latencies, percentile

COMMITS = [Commit(1.010, 2), Commit(1.020, 5)]


def test_each_event_is_seen_by_the_first_look_that_passes_it() -> None:
    posted = [Posted(1.000, 0, [1, 2, 3]), Posted(1.015, 0, [4, 5])]
    assert list(latencies(posted, COMMITS)) == pytest.approx([10, 10, 20, 5, 5])


def test_an_event_that_was_never_seen_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="event 6 was not seen"):
        list(latencies([Posted(1.0, 0, [6])], COMMITS))


@pytest.mark.parametrize(("share", "expected"), [(0, 1), (0.5, 50), (0.501, 51), (0.99, 99), (1, 100)])
def test_percentiles(share: float, expected: int) -> None:
    assert percentile(list(range(100, 0, -1)), share) == expected


def test_percentiles_of_one_value_are_that() -> None:
    assert [percentile([7.0], share) for share in (0, 0.5, 1)] == [7.0, 7.0, 7.0]


def test_a_publisher_that_fails_says_why_and_is_gone() -> None:
    with Paced(1, [b"request"], 0.01, 1) as publisher:
        with pytest.raises(RuntimeError, match="ConnectionRefusedError"):
            publisher.result()
        with pytest.raises(RuntimeError, match="the publisher failed"):
            publisher.check()


def test_the_publisher_starts_without_what_it_does_not_need() -> None:
    code = """
import sys, tests.bench.processes.paced
print([name for name in sys.modules if name.startswith(('api', 'psycopg'))])
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
