"""One batch, one transaction: what stands in each table afterwards."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from restaurant_warehouse.contract import restaurant_parser
from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.errors import FenceLost
from sse_ingest.events import Gap
from sse_ingest.store.offset_gaps import GapDetector
from sse_ingest.store.store import Store
from tests.support.events import LOG, frame, lifecycle, parsed, payload, uid

pytestmark = pytest.mark.integration
Connection = psycopg.Connection[Any]


def rows(connection: Connection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def count(connection: Connection, table: str) -> int:
    return int(rows(connection, f"SELECT count(*) FROM {table}")[0][0])


def test_a_lifecycle_fills_every_table(store: Store, owner: Connection) -> None:
    outcome = store.commit([parsed(one) for one in lifecycle(1, 1)])

    assert (outcome.events, outcome.duplicates, outcome.rejected, outcome.transactions) == (7, 0, 0, 1)
    counts = {table: count(owner, table) for table in ("raw_data.events_raw", "raw_data.event_ids")}
    assert counts == {"raw_data.events_raw": 7, "raw_data.event_ids": 7}
    assert rows(owner, "SELECT status, subtotal, tax, tip, total FROM analytics.orders") == [
        ("completed", Decimal("10.50"), Decimal("1.00"), Decimal("1.00"), Decimal("12.50"))
    ]
    for table in ("order_status_history", "payments", "refunds", "feedback"):
        assert count(owner, f"analytics.{table}") == 1
    assert (
        rows(owner, "SELECT qty, unit_price, extended_price FROM analytics.order_items")
        == [(Decimal(1), Decimal("5.25"), Decimal("5.25"))] * 2
    )
    assert rows(owner, "SELECT stream_id, event_offset, last_event_id FROM raw_data.stream_checkpoints") == [
        (LOG, 7, f"{LOG}-7")
    ]


def test_children_wait_for_their_order(store: Store, owner: Connection) -> None:
    (*late,) = reversed(lifecycle(1, 1))
    for one in late[:-1]:
        store.commit([parsed(one)])
    assert count(owner, "analytics.orders") == 0

    store.commit([parsed(late[-1])])

    assert rows(owner, "SELECT status, total FROM analytics.orders") == [("completed", Decimal("12.50"))]


def test_the_same_events_again_change_nothing(store: Store, owner: Connection) -> None:
    events = [parsed(one) for one in lifecycle(1, 1)]
    store.commit(events)
    before = rows(owner, "SELECT * FROM analytics.orders")

    outcome = store.commit(events)

    assert (outcome.events, outcome.duplicates, outcome.rejected) == (0, 0, 0)
    assert rows(owner, "SELECT * FROM analytics.orders") == before
    assert count(owner, "raw_data.duplicates") == 0


def test_a_repeat_at_another_offset_is_recorded(store: Store, owner: Connection) -> None:
    body = payload("order_created", 1)
    first, again = (parsed(frame(offset, "order_created", body, seconds=1)) for offset in (1, 2))

    outcome = store.commit([first, again])

    assert (outcome.events, outcome.duplicates, outcome.rejected) == (1, 1, 0)
    assert rows(owner, "SELECT stream_id, event_offset, event_id FROM raw_data.duplicates") == [
        (LOG, 2, first.event_id)
    ]


@pytest.mark.parametrize("batches", [1, 2])
def test_an_id_with_other_content_is_a_dead_letter(store: Store, owner: Connection, batches: int) -> None:
    one, other = (
        parsed(
            frame(offset, "order_created", payload("order_created", offset), event_id=uid("same"), seconds=1)
        )
        for offset in (1, 2)
    )

    outcomes = [store.commit([one, other])] if batches == 1 else [store.commit([one]), store.commit([other])]

    assert sum(outcome.rejected for outcome in outcomes) == 1
    assert rows(owner, "SELECT event_offset, reason_code, received FROM raw_data.dead_letters") == [
        (2, Reason.EVENT_ID_CONFLICT, other.received)
    ]
    assert count(owner, "analytics.orders") == 1


def test_a_rejected_frame_is_one_dead_letter_and_the_stream_goes_on(store: Store, owner: Connection) -> None:
    bad = restaurant_parser().parse(
        frame(1, "order_created", payload("order_created", 1, service_type="buffet"))
    )
    good = parsed(frame(2, "order_created", payload("order_created", 2)))

    store.commit([bad, good])
    store.commit([bad])

    dead_letters = rows(owner, "SELECT event_offset, reason_code, attempts FROM raw_data.dead_letters")
    assert [(dead_letter[0], dead_letter[2]) for dead_letter in dead_letters] == [(1, 2)]
    assert count(owner, "raw_data.events_raw") == 1


def test_only_the_event_that_the_database_refuses_is_lost_to_the_batch(
    store: Store, owner: Connection
) -> None:
    owner.execute("ALTER TABLE analytics.feedback ADD CONSTRAINT no_fives CHECK (nps <> 7)")
    events = [
        parsed(frame(i, "feedback_submitted", payload("feedback_submitted", i, nps=i))) for i in range(1, 10)
    ]

    outcome = store.commit(events)

    assert (outcome.events, outcome.rejected) == (8, 1)
    assert rows(owner, "SELECT event_offset, reason_code FROM raw_data.dead_letters") == [
        (7, Reason.REFUSED_BY_DATABASE)
    ]
    assert rows(owner, "SELECT event_offset FROM raw_data.stream_checkpoints") == [(9,)]


def test_a_writer_with_an_old_fence_commits_nothing(store: Store, owner: Connection) -> None:
    owner.execute("UPDATE raw_data.stream_checkpoints SET fence = fence + 1")

    with pytest.raises(FenceLost, match="taken over"):
        store.commit([parsed(one) for one in lifecycle(1, 1)])

    assert count(owner, "raw_data.events_raw") == 0
    assert count(owner, "analytics.orders") == 0


def test_a_gap_is_recorded_once(store: Store, owner: Connection) -> None:
    gap = Gap(stream_id=LOG, requested=f"{LOG}-3", oldest=10, missing=6)

    store.commit([gap])
    store.commit([gap, parsed(frame(10, "order_created", payload("order_created", 1)))])

    query = "SELECT kind, requested, oldest_offset, missing FROM raw_data.stream_gaps"
    assert rows(owner, query) == [("retention", f"{LOG}-3", 10, 6)]


def test_a_gap_that_grows_before_it_is_passed_is_recorded_whole(store: Store, owner: Connection) -> None:
    for oldest in (10, 20, 15):
        store.commit([Gap(stream_id=LOG, requested=f"{LOG}-3", oldest=oldest, missing=oldest - 4)])

    assert rows(owner, "SELECT oldest_offset, missing FROM raw_data.stream_gaps") == [(20, 16)]


def test_a_lost_log_is_not_taken_for_retention(store: Store, owner: Connection) -> None:
    store.commit([Gap(stream_id="newlog", requested=f"{LOG}-3", oldest=1, missing=None)])

    assert rows(owner, "SELECT kind, stream_id FROM raw_data.stream_gaps") == [("stream_lost", "newlog")]


def test_events_of_any_year_find_their_partition(store: Store, owner: Connection) -> None:
    store.commit(
        [
            parsed(frame(i, "order_created", payload("order_created", i), seconds=-i * 86400 * 300))
            for i in range(1, 8)
        ]
    )

    assert count(owner, "raw_data.events_raw") == 7
    assert count(owner, "raw_data.events_raw_default") == 0


def test_a_failing_processor_takes_back_its_work_and_only_its_event(
    open_store: Callable[..., Store], owner: Connection
) -> None:
    owner.execute("CREATE TABLE analytics.loyalty (points int)")
    owner.execute("GRANT INSERT ON analytics.loyalty TO airflow_user")

    def earn(cursor: psycopg.Cursor[Any], _event: object, body: dict[str, Any]) -> None:
        cursor.execute("INSERT INTO loyalty (points) VALUES (%s)", [body["points"]])
        if body["points"] == 2:
            raise ValueError("two is not enough")

    store = open_store(processors={"loyalty_points_earned": earn})
    events = [parsed(frame(i, "loyalty_points_earned", {"points": i})) for i in (1, 2, 3)]

    store.commit(events)
    store.commit(events[:1])

    assert rows(owner, "SELECT points FROM analytics.loyalty ORDER BY 1") == [(1,), (3,)]
    assert rows(owner, "SELECT event_offset, reason_code, detail FROM raw_data.dead_letters") == [
        (2, Reason.PROCESSOR_FAILED, "ValueError: two is not enough")
    ]
    assert count(owner, "raw_data.events_raw") == 2


@pytest.mark.parametrize("statement", ["COMMIT", "SELECT 1; rollback", "SAVEPOINT mine", "begin"])
def test_a_processor_may_not_end_the_transaction(
    open_store: Callable[..., Store], owner: Connection, statement: str
) -> None:
    store = open_store(processors={"x": lambda cursor, _event, _body: cursor.execute(statement)})

    store.commit([parsed(frame(1, "x", {})), parsed(frame(2, "order_created", payload("order_created", 1)))])

    details = rows(owner, "SELECT event_offset, detail FROM raw_data.dead_letters")
    assert [offset for offset, _ in details] == [1]
    assert "may not begin, commit or roll back" in details[0][1]
    assert count(owner, "raw_data.events_raw") == 1


def test_a_hole_that_the_stream_does_not_report_is_recorded_as_a_hole(
    store: Store, owner: Connection
) -> None:
    detector = GapDetector(LOG, 0, strict=True)
    events = [parsed(frame(n, "order_created", payload("order_created", n))) for n in (1, 2, 6)]

    store.commit(detector.detect(events))

    query = "SELECT kind, requested, oldest_offset, missing FROM raw_data.stream_gaps"
    assert rows(owner, query) == [("hole", f"{LOG}-2", 6, 3)]
    health_query = "SELECT status, details ->> 'reason', details ->> 'remedy' FROM analytics.health_check()"
    ((status, reason, remedy),) = rows(owner, f"{health_query} WHERE component = 'gaps'")
    assert (status, reason) == ("warn", "hole")
    assert "skipped offsets" in remedy
