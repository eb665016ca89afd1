"""Dead letters are resolved beside live writers, and by several people at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import psycopg
import pytest

from sse_ingest.dlq.operations import DeadLetters
from sse_ingest.errors import DatabaseUnavailable, DeadLetterRefused
from sse_ingest.store.store import Store
from tests.support.core import owned
from tests.support.events import lifecycle, parsed
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration
Connection = psycopg.Connection[Any]

OFFSETS = "SELECT event_offset FROM raw_data.events_raw ORDER BY event_offset"


def rows(connection: Connection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query.encode()).fetchall()


def only(dead_letters: DeadLetters) -> int:
    (dead_letter,) = dead_letters.find()
    return dead_letter.dead_letter_id


def reject_creations(store: Store, owner: Connection, orders: int) -> list[list[Any]]:
    """The events of so many orders; the first of each is a dead letter in which nothing is wrong."""
    lives = [[parsed(one) for one in lifecycle(order, order * 7 + 1)] for order in range(orders)]
    owner.execute("ALTER TABLE analytics.orders ADD CONSTRAINT none CHECK (false)")
    store.commit([life[0] for life in lives])
    owner.execute("ALTER TABLE analytics.orders DROP CONSTRAINT none")
    return lives


def test_two_who_retry_at_once_do_it_once(store: Store, owner: Connection, warehouse: Any) -> None:
    reject_creations(store, owner, 10)
    url = warehouse.url("restaurant_user")
    start = threading.Barrier(3)

    def retry_all() -> int:
        count = 0
        with DeadLetters(owned(url)) as dead_letters:
            numbers = [dead_letter.dead_letter_id for dead_letter in dead_letters.find()]
            start.wait()
            for number in numbers:
                with suppress(DeadLetterRefused):
                    count += dead_letters.retry(number).succeeded
        return count

    with ThreadPoolExecutor() as pool:
        counts = [future.result() for future in [pool.submit(retry_all) for _ in range(3)]]

    assert sum(counts) == 10
    assert rows(owner, OFFSETS) == [(order * 7 + 1,) for order in range(10)]
    assert rows(owner, "SELECT count(*) FROM analytics.audit_log") == [(10,)]


HELD = """
CREATE FUNCTION analytics.held() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN PERFORM pg_advisory_lock(42); PERFORM pg_advisory_unlock(42); RETURN NULL; END';
CREATE TRIGGER held AFTER INSERT OR UPDATE ON raw_data.committed_ranges EXECUTE FUNCTION analytics.held()
"""
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.mark.parametrize("again", [False, True], ids=["children", "children and the same event again"])
def test_a_retry_and_a_batch_under_way_see_each_other(
    store: Store, owner: Connection, dead_letters: DeadLetters, again: bool
) -> None:
    """An order is retried while its payment is merged but not committed: neither side alone knows the total."""
    ((created, *children),) = reject_creations(store, owner, 1)
    owner.execute(HELD.encode())
    owner.execute("SELECT pg_advisory_lock(42)")

    with ThreadPoolExecutor() as pool:
        batch = pool.submit(store.commit, [*children, created] if again else children)
        eventually(lambda: rows(owner, WAITING) == [(1,)], "the retry waits")
        retry = pool.submit(dead_letters.retry, only(dead_letters))
        eventually(lambda: rows(owner, WAITING) == [(2,)] or retry.done(), "both wait")
        owner.execute("SELECT pg_advisory_unlock(42)")
        batch.result()
        assert retry.result().succeeded

    assert rows(owner, "SELECT status, total FROM analytics.orders") == [("completed", 12.5)]
    assert rows(owner, OFFSETS) == [(offset,) for offset in range(1, 8)]


def test_a_writer_that_hangs_is_waited_for_briefly(
    store: Store, owner: Connection, dead_letters: DeadLetters, warehouse: Any
) -> None:
    reject_creations(store, owner, 1)
    with warehouse.connect("airflow_user") as hanging:
        hanging.execute("LOCK TABLE raw_data.event_ids IN ROW EXCLUSIVE MODE")
        with pytest.raises(DatabaseUnavailable, match="lock timeout"):
            dead_letters.retry(only(dead_letters))
    assert dead_letters.retry(only(dead_letters)).succeeded


def test_retries_beside_a_live_writer_lose_no_part_of_an_order(
    store: Store, owner: Connection, warehouse: Any
) -> None:
    """Each order's creation is a dead letter, and its children come live at the same time."""
    orders = 30
    lives = reject_creations(store, owner, orders)
    start = threading.Barrier(2)

    def retry_all() -> list[bool]:
        with DeadLetters(owned(warehouse.url("restaurant_user"))) as dead_letters:
            numbers = [dead_letter.dead_letter_id for dead_letter in dead_letters.find()]
            start.wait()
            return [dead_letters.retry(number).succeeded for number in numbers]

    def stream() -> None:
        start.wait()
        for life in lives:
            store.commit(life[1:])
            store.commit(life)  # delivered again, with the event that may be being retried

    with ThreadPoolExecutor() as pool:
        retried, streamed = pool.submit(retry_all), pool.submit(stream)
        assert len(retried.result()) == orders
        streamed.result()

    assert rows(owner, "SELECT count(*) FROM raw_data.events_raw") == [(orders * 7,)]
    assert rows(owner, "SELECT count(*) FROM raw_data.event_ids") == [(orders * 7,)]
    assert rows(owner, "SELECT DISTINCT status, total FROM analytics.orders") == [("completed", 12.5)]
    assert rows(owner, "SELECT count(*) FROM analytics.orders") == [(orders,)]
    assert rows(owner, "SELECT count(*) FROM raw_data.duplicates") == [(0,)]
