"""Which events are late: their own time decides, in their own stream. Each is reported once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from sse_ingest.contract.raw import RAW
from sse_ingest.dlq.operations import DeadLetters
from sse_ingest.errors import FenceLost
from sse_ingest.events import Event
from sse_ingest.store.store import Store
from tests.support.events import EPOCH, frame, moment, parsed, payload, uid

pytestmark = pytest.mark.integration
Connection = psycopg.Connection[Any]
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
YEAR = 365 * 86_400.0


def build_event(kind: str, offset: int, order: int, seconds: float, **fields: Any) -> Event:
    """An event of an order that happened then."""
    if kind == "order_created":
        fields["order_ts"] = moment(seconds)
    return parsed(frame(offset, kind, payload(kind, order, offset, **fields), seconds=seconds))


def order(offset: int, seconds: float, **fields: Any) -> Event:
    return build_event("order_created", offset, offset, seconds, **fields)


def late(owner: Connection) -> list[tuple[Any, ...]]:
    """Event type, number of the minute it restates, and by how much it was late, in the order of its time."""
    return owner.execute(
        "SELECT event_type, extract(epoch FROM window_start - %s)::int / 60, late_by"
        " FROM analytics.late_events ORDER BY event_time, event_type",
        [EPOCH],
    ).fetchall()


def windows(owner: Connection) -> list[tuple[Any, ...]]:
    return owner.execute(
        "SELECT extract(epoch FROM window_start - %s)::int / 60, order_count, is_final, late_events"
        " FROM analytics.sales_per_minute ORDER BY window_start",
        [EPOCH],
    ).fetchall()


def watermark(owner: Connection) -> datetime | None:
    row = owner.execute("SELECT analytics.event_watermark()").fetchone()
    assert row is not None
    mark: datetime | None = row[0]
    return mark


def test_an_order_is_late_once_its_minute_is_final(store: Store, owner: Connection) -> None:
    store.commit([order(1, 0), order(2, 60), order(3, 11 * 60)])
    assert windows(owner) == [(0, 1, True, 0), (1, 1, False, 0), (11, 1, False, 0)]

    assert store.commit([order(4, 60), order(5, 59.999999)]).transactions == 1
    assert late(owner) == [("order_created", 0, timedelta(0))]
    assert windows(owner) == [(0, 2, True, 1), (1, 2, False, 0), (11, 1, False, 0)]

    store.commit([order(6, 12 * 60)])
    store.commit([order(7, 30), order(8, 61)])
    assert late(owner)[:2] == [("order_created", 0, MINUTE), ("order_created", 0, timedelta(0))]
    assert windows(owner)[:2] == [(0, 3, True, 2), (1, 3, True, 1)]


def test_an_order_is_as_old_as_the_guest_ordered(store: Store, owner: Connection) -> None:
    """Not as old as the till's word of it."""
    store.commit([order(1, 20 * 60)])
    reported_at_once = payload("order_created", 2, order_ts=moment(0))
    store.commit([parsed(frame(2, "order_created", reported_at_once, seconds=20 * 60))])
    assert late(owner) == [("order_created", 0, 9 * MINUTE)]


def test_what_restates_a_window_counts_by_its_own_time(store: Store, owner: Connection) -> None:
    store.commit([order(1, 0), order(2, 61 * 60)])
    store.commit([build_event("payment_captured", 3, 1, 60 * 60)])  # an hour after the order, and in time
    assert late(owner) == []

    slow = [("payment_captured", 60), ("payment_refunded", 120), ("order_item_added", 130)]
    store.commit([build_event(kind, 10 + number, 1, at) for number, (kind, at) in enumerate(slow)])
    statuses = [("completed", 140), ("cancelled", 180)]
    store.commit(
        [
            build_event("order_status_changed", 20 + number, 1, at, status=status, changed_ts=moment(at))
            for number, (status, at) in enumerate(statuses)
        ]
    )
    store.commit([build_event("feedback_submitted", 30, 1, 0)])
    assert [kind for kind, _, _ in late(owner)] == [
        "payment_captured",
        "payment_refunded",
        "order_status_changed",
    ]
    assert {window for _, window, _ in late(owner)} == {0}
    assert windows(owner)[0] == (0, 0, True, 3)


def test_what_comes_together_comes_at_one_instant(store: Store, owner: Connection) -> None:
    store.commit([order(1, 3600), order(2, 0)])
    assert late(owner) == []
    store.commit([order(3, 3600), order(4, 0), order(5, 1)])
    store.commit([order(6, 2)])
    known = owner.execute("SELECT known_at FROM analytics.late_events ORDER BY event_time").fetchall()
    assert known[0] == known[1] < known[2]


def test_known_at_grows_though_the_clock_goes_back(store: Store, owner: Connection) -> None:
    store.commit([order(1, 3600)])
    store.commit([order(2, 0)])
    owner.execute("UPDATE raw_data.late_arrivals SET known_at = known_at + interval '1 day'")
    store.commit([order(3, 1)])
    (first,), (second,) = owner.execute(
        "SELECT known_at FROM analytics.late_events ORDER BY event_time"
    ).fetchall()
    assert second - first == timedelta(microseconds=1)


def test_a_backlog_in_its_order_makes_nothing_late(store: Store, owner: Connection) -> None:
    for number in range(1, 40):
        store.commit(
            [order(number, number * 400), build_event("payment_captured", 100 + number, number, number * 400)]
        )
    assert late(owner) == []
    assert watermark(owner) == EPOCH + 39 * 400 * SECOND - 10 * MINUTE


def test_a_repeat_restates_nothing(store: Store, owner: Connection) -> None:
    first = order(1, 0)
    store.commit([first, order(2, 3600)])
    store.commit([first, order(3, 1)])
    store.commit([order(3, 1)])
    assert len(late(owner)) == 1


def test_a_clock_that_is_wrong_makes_nobody_late(store: Store, owner: Connection) -> None:
    """Nor does it keep the rest of its batch from moving the watermark."""
    store.commit([order(1, 0), order(2, 173 * YEAR), order(3, 3600), order(4, 3600)])
    assert watermark(owner) == EPOCH + 3600 * SECOND - 10 * MINUTE
    store.commit([order(5, 173 * YEAR)])
    store.commit([order(6, 3600)])
    assert late(owner) == []
    store.commit([order(7, 1)])
    assert len(late(owner)) == 1


@pytest.mark.parametrize(("ahead", "moved"), [(9, True), (11, False)])
def test_a_clock_that_is_a_little_ahead_counts(
    store: Store, owner: Connection, ahead: int, moved: bool
) -> None:
    """Its watermark is not: nothing is final before its minute is over."""
    now = datetime.now(UTC)
    store.commit([order(1, (now + ahead * MINUTE - EPOCH).total_seconds())])
    mark = watermark(owner)
    assert (mark is not None) == moved
    assert mark is None or mark < now


def test_what_is_late_is_configured(store: Store, owner: Connection) -> None:
    owner.execute("UPDATE analytics.thresholds SET value = 3600 WHERE name = 'window_lateness'")
    store.commit([order(1, 3600)])
    store.commit([order(2, 0)])
    assert late(owner) == []
    owner.execute("UPDATE analytics.thresholds SET value = 0 WHERE name = 'window_lateness'")
    store.commit([order(3, 0)])
    assert len(late(owner)) == 1


def test_a_writer_that_was_replaced_reports_nothing_late(store: Store, owner: Connection) -> None:
    store.commit([order(1, 3600)])
    owner.execute("UPDATE raw_data.stream_checkpoints SET fence = fence + 1")
    with pytest.raises(FenceLost):
        store.commit([order(2, 0)])
    assert late(owner) == []


def test_a_payment_without_its_order_waits_for_a_window(store: Store, owner: Connection) -> None:
    store.commit([order(1, 3600)])
    store.commit([build_event("payment_captured", 2, 9, 0)])
    assert [(kind, window) for kind, window, _ in late(owner)] == [("payment_captured", None)]
    late_order = payload("order_created", 9, order_ts=moment(3599))
    store.commit([parsed(frame(3, "order_created", late_order, seconds=3599))])
    assert [(kind, window) for kind, window, _ in late(owner)] == [("payment_captured", 59)]


def test_a_retried_dead_letter_is_late_by_when_it_stands(
    store: Store, owner: Connection, dead_letters: DeadLetters
) -> None:
    """It restates a window that was final without it. That it was refused in time changes nothing."""
    owner.execute(
        "ALTER TABLE analytics.orders ADD CONSTRAINT no_moose CHECK (city <> 'Moose Jaw') NOT VALID"
    )
    store.commit([order(1, 0, city="Moose Jaw"), order(2, 30 * 60, city="Moose Jaw")])
    owner.execute("ALTER TABLE analytics.orders DROP CONSTRAINT no_moose")
    store.commit([order(3, 30 * 60)])
    assert late(owner) == []
    for dead_letter in dead_letters.find():
        assert dead_letters.retry(dead_letter.dead_letter_id).succeeded
    assert late(owner) == [("order_created", 0, 19 * MINUTE)]


def test_a_dead_letter_of_a_stream_that_has_ended_is_late_by_the_others(
    store: Store, open_store: Callable[..., Store], owner: Connection, dead_letters: DeadLetters
) -> None:
    owner.execute(
        "ALTER TABLE analytics.orders ADD CONSTRAINT no_moose CHECK (city <> 'Moose Jaw') NOT VALID"
    )
    store.commit([order(1, 0, city="Moose Jaw")])
    owner.execute("ALTER TABLE analytics.orders DROP CONSTRAINT no_moose")
    open_store(stream="live").commit([order(2, 30 * 60)])
    owner.execute("DELETE FROM raw_data.stream_checkpoints WHERE stream = 'restaurant'")
    (dead_letter,) = dead_letters.find()
    assert dead_letters.retry(dead_letter.dead_letter_id).succeeded
    assert [(kind, window) for kind, window, _ in late(owner)] == [("order_created", 0)]


def test_each_stream_has_its_own_time(
    open_store: Callable[..., Store], owner: Connection, warehouse: Any
) -> None:
    """History beside a live stream makes nothing late; what it has not come to is not final."""
    live, history = open_store(stream="live"), open_store(stream="history")
    live.commit([order(1, 3600)])
    assert windows(owner) == [(60, 1, False, 0)]
    live.commit([order(2, 3 * 3600)])
    assert windows(owner) == [(60, 1, True, 0), (180, 1, False, 0)]

    for number in range(10, 16):
        history.commit([order(number, number * 60)])
    assert late(owner) == []
    assert [final for _, _, final, _ in windows(owner)] == [False] * 8
    live.commit([order(3, 61)])
    assert [window for _, window, _ in late(owner)] == [1]

    owner.execute(
        "UPDATE raw_data.stream_checkpoints SET committed_at = committed_at - interval '25 hours'"
        " WHERE stream = 'history'"
    )
    assert [final for window, _, final, _ in windows(owner) if window < 170] == [True] * 8


def test_a_stream_taken_raw_holds_no_window_open(open_store: Callable[..., Store], owner: Connection) -> None:
    open_store(stream="restaurant").commit([order(1, 3600), order(2, 0)])
    before = watermark(owner)
    foreign = open_store(stream="foreign", contract=RAW)
    foreign.commit([order(3, 0)])
    foreign.commit([order(4, 7200)])
    foreign.commit([order(5, 0)])
    assert (watermark(owner), late(owner)) == (before, [])


def test_late_events_are_those_of_the_store(store: Store, owner: Connection) -> None:
    store.commit([order(1, 3600)])
    event = order(2, 0)
    store.commit([event])
    assert owner.execute(
        "SELECT event_id, event_type, order_id, location_code, window_start, event_time FROM analytics.late_events"
    ).fetchall() == [(event.event_id, "order_created", uid("order", 2), "LOC-ON-001", EPOCH, EPOCH)]
