"""Two streams at once into one warehouse: a live one and a backfill, say."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from sse_ingest.store.store import Store
from tests.support.events import frame, parsed, payload
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration


def test_parts_of_an_order_that_come_at_the_same_time_find_each_other(
    open_store: Callable[..., Store], owner: psycopg.Connection[Any], warehouse: Any
) -> None:
    """Each transaction alone would not see the other's part, and the order would stay unpaid for ever."""
    live, backfill = open_store(), open_store(stream="backfill")
    created = parsed(frame(1, "order_created", payload("order_created", 1)))
    paid = parsed(frame(1, "payment_captured", payload("payment_captured", 1), log="otherlog"))
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = %s"

    with ThreadPoolExecutor() as pool, warehouse.connect("restaurant_user") as other:
        other.execute("SELECT FROM raw_data.stream_checkpoints WHERE stream = 'restaurant' FOR UPDATE")
        first = pool.submit(live.commit, [created])
        with warehouse.connect("postgres_admin", autocommit=True) as watch:
            eventually(
                lambda: watch.execute(waiting, ["sse_ingest writer"]).fetchone() != (0,),
                "the first one waits",
            )
        second = pool.submit(backfill.commit, [paid])
        time.sleep(0.3)
        other.rollback()
        assert (first.result(60).events, second.result(60).events) == (1, 1)

    assert owner.execute("SELECT total FROM analytics.orders").fetchall() == [(Decimal("12.50"),)]
