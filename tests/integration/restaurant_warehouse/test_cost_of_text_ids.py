"""The daily check of consistency makes the id of each raw event once, whatever plan PostgreSQL chooses."""

from typing import Any

import psycopg

from sse_ingest.store.store import Store
from tests.integration.restaurant_warehouse.test_text_ids import bill

ORDERS = 60
CALLS = "SELECT coalesce(sum(calls), 0) FROM pg_stat_user_functions WHERE funcname = 'named_id'"


def test_raw_violations_makes_each_id_once(store: Store, warehouse: Any, cluster: Any) -> None:
    for number in range(1, ORDERS + 1):
        store.commit(bill(number, first=100 * number))
    address = psycopg.conninfo.make_conninfo(cluster.admin_url, dbname=warehouse.name)
    with psycopg.connect(address, autocommit=True) as admin:
        (events,) = admin.execute("SELECT count(*) FROM raw_data.events_raw").fetchone() or (0,)
        admin.execute("SET track_functions = 'all'")
        # A merge join, which PostgreSQL also chooses for tables that are not analyzed yet.
        admin.execute("SET enable_hashjoin = off")
        assert admin.execute("SELECT * FROM analytics.raw_violations()").fetchall() == []
        admin.execute("SELECT pg_stat_force_next_flush()")
        (calls,) = admin.execute(CALLS).fetchone() or (0,)
        assert 0 < calls <= events
