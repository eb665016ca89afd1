"""For the tests of the archive: events of three months, and where they are."""

from typing import Any

import psycopg

from sse_ingest.store.store import Store
from tests.support.events import frame, lifecycle, parsed, payload

DAY = 86_400
FEBRUARY = -20 * DAY
"""Seconds from the time of the events, in March, back to the month before."""


def fill(store: Store) -> None:
    """Two events of January, three of February, an order of March."""
    for offset, days in enumerate([-60, -50, -20, -19, -18], start=1):
        order = frame(offset, "order_created", payload("order_created", offset), seconds=days * DAY)
        store.commit([parsed(order)])
    store.commit([parsed(one) for one in lifecycle(100, 6)])


def come_late(store: Store, offset: int) -> None:
    """One more event of February."""
    store.commit([parsed(frame(offset, "order_created", payload("order_created", offset), seconds=FEBRUARY))])


def partitions(owner: psycopg.Connection[Any]) -> set[str]:
    """The partitions up to the month of our events, and the default partition."""
    rows = owner.execute(
        "SELECT relid::regclass::text FROM pg_partition_tree('raw_data.events_raw') WHERE isleaf"
    )
    names = {row[0].removeprefix("raw_data.events_raw_") for row in rows}
    return {name for name in names if name <= "2026_03" or name == "default"}


def violated(owner: psycopg.Connection[Any]) -> set[str]:
    """The checks of the data that fail."""
    rows = owner.execute("SELECT check_name FROM analytics.validate_data_consistency() WHERE status <> 'ok'")
    return {row[0] for row in rows}
