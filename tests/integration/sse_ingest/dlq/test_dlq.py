"""Dead letters, resolved beside live ingestion: once, in their place, with a trail."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from restaurant_warehouse.contract import restaurant_parser
from sse_ingest.contract.raw import RAW
from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.dlq.dead_letter import with_fields
from sse_ingest.dlq.operations import DeadLetters
from sse_ingest.errors import ConfigurationError, DeadLetterRefused
from sse_ingest.events import Event, Rejected
from sse_ingest.sources.sse_decoder import Frame
from sse_ingest.store.store import Store
from tests.support.core import owned
from tests.support.events import LOG, frame, parsed, payload, uid

pytestmark = pytest.mark.integration
Connection = psycopg.Connection[Any]

ORDERS = "SELECT order_id, status, total FROM analytics.orders"
OFFSETS = "SELECT event_offset FROM raw_data.events_raw ORDER BY event_offset"
CHECKPOINT = "SELECT * FROM raw_data.stream_checkpoints"


def rows(connection: Connection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query.encode()).fetchall()


def rejected(frame: Frame) -> Rejected:
    item = restaurant_parser().parse(frame)
    assert isinstance(item, Rejected)
    return item


def refused_by_a_check(store: Store, owner: Connection, *offsets: int) -> None:
    """Dead letters that only a constraint keeps out: nothing is wrong with their bytes."""
    owner.execute("ALTER TABLE analytics.feedback ADD CONSTRAINT no_sevens CHECK (nps <> 7)")
    store.commit([feedback(offset, nps=7) for offset in offsets])
    owner.execute("ALTER TABLE analytics.feedback DROP CONSTRAINT no_sevens")


def feedback(offset: int, nps: int = 5) -> Event:
    return parsed(frame(offset, "feedback_submitted", payload("feedback_submitted", offset, nps=nps)))


def only(dead_letters: DeadLetters) -> int:
    (dead_letter,) = dead_letters.find()
    return dead_letter.dead_letter_id


def test_a_retried_event_lands_once_in_its_place(
    store: Store, owner: Connection, dead_letters: DeadLetters
) -> None:
    refused_by_a_check(store, owner, 2)
    store.commit([feedback(1), feedback(3)])
    checkpoint, ranges = rows(owner, CHECKPOINT), rows(owner, "SELECT * FROM raw_data.committed_ranges")
    number = only(dead_letters)

    outcome = dead_letters.retry(number)

    assert outcome == (number, True, f"retried: taken at {LOG}-2")
    assert rows(owner, OFFSETS) == [(1,), (2,), (3,)]
    assert rows(owner, "SELECT count(*) FROM analytics.feedback WHERE nps = 7") == [(1,)]
    assert rows(owner, "SELECT resolution, resolved_at IS NULL FROM raw_data.dead_letters") == [
        ("retried", False)
    ]
    assert rows(owner, "SELECT actor, action, object, details ->> 'place' FROM analytics.audit_log") == [
        ("restaurant_user", "dead_letter_retried", f"dead_letter {number}", f"{LOG}-2")
    ]
    assert rows(owner, CHECKPOINT) == checkpoint
    assert rows(owner, "SELECT * FROM raw_data.committed_ranges") == ranges
    with pytest.raises(DeadLetterRefused, match="was retried at"):
        dead_letters.retry(number)


def test_what_is_refused_again_stays_open_with_the_new_reason(
    store: Store, owner: Connection, dead_letters: DeadLetters
) -> None:
    owner.execute("ALTER TABLE analytics.feedback ADD CONSTRAINT no_sevens CHECK (nps <> 7)")
    store.commit([feedback(1, nps=7)])
    owner.execute("ALTER TABLE analytics.feedback DROP CONSTRAINT no_sevens")
    owner.execute("ALTER TABLE analytics.feedback ADD CONSTRAINT few CHECK (nps < 7)")

    outcome = dead_letters.retry(only(dead_letters))

    assert not outcome.succeeded
    (dead_letter,) = dead_letters.find()
    assert dead_letter.attempts == 2
    assert '"few"' in dead_letter.detail
    ((before, after),) = rows(
        owner,
        "SELECT details -> 'before' ->> 'detail', details -> 'after' ->> 'detail' FROM analytics.audit_log",
    )
    assert "no_sevens" in before
    assert "few" in after


def test_bytes_that_the_contract_refuses_are_refused_again_and_mended_by_an_edit(
    store: Store, owner: Connection, dead_letters: DeadLetters
) -> None:
    bad = frame(1, "order_created", payload("order_created", 1, service_type="buffet"))
    store.commit([rejected(bad)])
    number = only(dead_letters)

    assert "service_type" in dead_letters.retry(number).message
    assert not dead_letters.edit(number, with_fields(bad.data, ["payload.service_type=sofa"])).succeeded
    assert rows(owner, "SELECT attempts FROM raw_data.dead_letters") == [(2,)]
    assert dead_letters.edit(number, with_fields(bad.data, ["payload.service_type=takeout"])).succeeded

    assert rows(owner, "SELECT service_type FROM analytics.orders") == [("takeout",)]
    assert rows(owner, "SELECT received, resolution FROM raw_data.dead_letters") == [(bad.data, "edited")]
    ((before, after),) = rows(
        owner,
        "SELECT details #>> '{before,received,text}', details #>> '{after,received,text}'"
        " FROM analytics.audit_log WHERE action = 'dead_letter_edited'",
    )
    assert before.encode() == bad.data
    assert "takeout" in after


def test_a_conflict_stays_one_until_it_is_given_an_id_of_its_own(
    store: Store, owner: Connection, dead_letters: DeadLetters
) -> None:
    one, other = (
        frame(offset, "order_created", payload("order_created", offset), event_id=uid("same"))
        for offset in (1, 2)
    )
    store.commit([parsed(one), parsed(other)])
    number = only(dead_letters)

    assert "event_id_conflict" in dead_letters.retry(number).message
    assert dead_letters.edit(number, with_fields(other.data, [f"event_id={uid('own')}"])).succeeded

    assert rows(owner, OFFSETS) == [(1,), (2,)]
    assert rows(owner, "SELECT count(*) FROM analytics.orders") == [(2,)]


def test_an_offset_that_another_event_holds_is_not_taken_twice(
    store: Store, owner: Connection, dead_letters: DeadLetters
) -> None:
    held = feedback(1)
    twin = frame(1, "feedback_submitted", payload("feedback_submitted", 9))
    dead_letter = Rejected(LOG, 1, None, None, Reason.BAD_POSITION, "offset 1 was used twice", twin.data, "")
    store.commit([held, dead_letter])

    assert "holds event" in dead_letters.retry(only(dead_letters)).message
    assert rows(owner, OFFSETS) == [(1,)]


def test_a_failed_processor_needs_its_processor(
    open_store: Callable[..., Store], owner: Connection, warehouse: Any
) -> None:
    def failing(_cursor: Any, _event: Event, _payload: dict[str, Any]) -> None:
        raise ValueError("not yet")

    def counting(cursor: Any, event: Event, _payload: dict[str, Any]) -> None:
        cursor.execute("INSERT INTO points (event_id) VALUES (%s)", [event.event_id])

    owner.execute("CREATE TABLE analytics.points (event_id uuid PRIMARY KEY)")
    event = parsed(frame(1, "points_earned", {"points": 3}))
    open_store(processors={"points_earned": failing}).commit([event])
    url = warehouse.url("restaurant_user")
    with DeadLetters(owned(url)) as plain, DeadLetters(owned(url), {"points_earned": counting}) as able:
        with pytest.raises(DeadLetterRefused, match="--processors"):
            plain.retry(only(plain))
        assert able.retry(only(able)).succeeded

    assert rows(owner, "SELECT event_id FROM analytics.points") == [(event.event_id,)]
    assert rows(owner, "SELECT event_type FROM raw_data.events_raw") == [("points_earned",)]


def test_a_discarded_dead_letter_is_kept_and_says_why(
    store: Store, owner: Connection, dead_letters: DeadLetters
) -> None:
    refused_by_a_check(store, owner, 1)
    number = only(dead_letters)

    with pytest.raises(DeadLetterRefused, match="why"):
        dead_letters.discard(number, " ")
    assert dead_letters.discard(number, "a test of the till").succeeded

    assert dead_letters.find() == []
    assert [dead_letter.resolution for dead_letter in dead_letters.find(resolved=True)] == ["discarded"]
    assert rows(owner, "SELECT action, details ->> 'why' FROM analytics.audit_log") == [
        ("dead_letter_discarded", "a test of the till")
    ]


def test_a_dead_letter_without_a_place_is_not_taken(
    store: Store, owner: Connection, dead_letters: DeadLetters
) -> None:
    store.commit([Rejected(None, None, None, None, Reason.INVALID_JSON, "no", b"{", "")])

    with pytest.raises(DeadLetterRefused, match="no place"):
        dead_letters.retry(only(dead_letters))


def test_the_writer_may_not_resolve_dead_letters(store: Store, owner: Connection, warehouse: Any) -> None:
    refused_by_a_check(store, owner, 1)
    with DeadLetters(owned(warehouse.url("airflow_user"))) as dead_letters:
        number = only(dead_letters)
        with pytest.raises(ConfigurationError, match="permission denied"):
            dead_letters.retry(number)
        with pytest.raises(ConfigurationError, match="permission denied"):
            dead_letters.discard(number, "why not")
    assert rows(owner, "SELECT count(*) FROM raw_data.events_raw") == [(0,)]
    assert rows(owner, "SELECT resolved_at FROM raw_data.dead_letters") == [(None,)]


def test_a_dead_letter_of_a_foreign_stream_stays_raw(
    open_store: Callable[..., Store], owner: Connection, dead_letters: DeadLetters
) -> None:
    store = open_store(stream="weather", contract=RAW)
    dead_letter = Rejected("weather", 3, uid("rain"), "order_created", Reason.INVALID_JSON, "", b"{", "x")
    store.commit([dead_letter])

    assert dead_letters.edit(only(dead_letters), b'{"mm": 1}').succeeded

    assert rows(
        owner, "SELECT stream_id, event_offset, event_id, event_type, payload FROM raw_data.events_raw"
    ) == [("weather", 3, uid("rain"), "order_created", {"mm": 1})]
    assert rows(owner, "SELECT count(*) FROM analytics.orders") == [(0,)]
