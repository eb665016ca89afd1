"""Every offset is accounted for."""

import pytest

from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.events import Event, Gap, Rejected
from sse_ingest.store.offset_gaps import GapDetector
from tests.support.events import LOG, frame, parsed, payload


def event(offset: int, order: int = 1, log: str = LOG) -> Event:
    return parsed(frame(offset, "order_created", payload("order_created", order), log=log))


def test_a_contiguous_stream_passes_unchanged() -> None:
    items = [event(offset) for offset in (4, 5, 6)]

    assert GapDetector(LOG, 3, strict=True).detect(items) == items


@pytest.mark.parametrize("cut", [0, 1, 2])
def test_a_hole_becomes_a_gap_before_what_follows(cut: int) -> None:
    detector = GapDetector(LOG, 3, strict=True)
    items = [event(4), event(8)]

    accounted = detector.detect(items[:cut]) + detector.detect(items[cut:])

    assert accounted == [items[0], Gap(LOG, f"{LOG}-4", 8, 3, hole=True), items[1]]


def test_a_gap_that_the_source_reports_is_not_reported_twice() -> None:
    reported = Gap(LOG, f"{LOG}-3", 10, 6)

    assert GapDetector(LOG, 3, strict=True).detect([reported, event(10)]) == [reported, event(10)]


def test_a_foreign_stream_may_number_as_it_likes() -> None:
    items = [event(4), event(8)]

    assert GapDetector(LOG, 3, strict=False).detect(items) == items


def test_a_new_log_starts_its_own_count() -> None:
    items = [event(4), event(1, log="newlog")]

    assert GapDetector(LOG, 3, strict=True).detect(items) == items


def test_an_event_delivered_twice_in_a_batch_is_taken_once() -> None:
    assert GapDetector(LOG, 3, strict=True).detect([event(4), event(4)]) == [event(4)]


def test_an_offset_used_for_two_events_keeps_both_on_the_books() -> None:
    first, second = event(4, order=1), event(4, order=2)

    accounted = GapDetector(LOG, 3, strict=True).detect([first, second])

    assert accounted[0] == first
    assert isinstance(accounted[1], Rejected)
    assert accounted[1].reason_code == Reason.BAD_POSITION
    assert accounted[1].received == second.received
