"""A run tells its log what it has done: not too often, and in sentences."""

import logging

import pytest

from sse_ingest.pipeline.progress_log import WHY, ProgressLog, counts, end_of_run
from sse_ingest.store.store import Tally


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_one_line_in_ten_seconds_while_it_commits(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "sse_ingest")
    clock, tally = Clock(), Tally()
    progress = ProgressLog("till", now=clock)
    for second in range(35):
        clock.seconds = second
        tally.add(Tally(events=100, transactions=1))
        progress.tick(tally, f"log-{tally.events}")
    assert caplog.messages == [
        f"Stream till: committed so far {number:,} new events in {number // 100} transactions; "
        f"the position is log-{number}."
        for number in (1100, 2100, 3100)
    ]


def test_nothing_while_nothing_is_committed(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "sse_ingest")
    clock = Clock()
    progress = ProgressLog("till", now=clock)
    for second in range(100):
        clock.seconds = second
        progress.tick(Tally(), "")
    assert caplog.messages == []


def test_what_is_unusual_is_named() -> None:
    tally = Tally(events=1, duplicates=2, rejected=3, gaps=4, transactions=5)
    assert counts(tally, "log-9") == (
        "1 new event in 5 transactions, 2 duplicates, 3 dead letters, 4 gaps; the position is log-9"
    )
    assert counts(Tally(), "").endswith("the position is as before")


@pytest.mark.parametrize("reason", WHY)
def test_the_last_line_says_why_and_how_much(reason: str) -> None:
    line = end_of_run(reason, Tally(events=7, transactions=2), "log-7", 59.96)
    assert line.startswith(f"The run ends after 60.0 s because {WHY[reason]}. It committed 7 new events in 2")
