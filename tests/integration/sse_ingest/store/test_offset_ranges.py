"""The account of offsets against a plain set of numbers, and the completeness that it reports."""

from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sse_ingest.store.offset_ranges import record_ranges
from sse_ingest.store.store import Store
from tests.support.events import LOG, frame, parsed, payload
from tests.support.examples import examples

pytestmark = pytest.mark.integration


def events(offsets: list[int], log: str = LOG) -> list[Any]:
    return [
        parsed(frame(o, "order_created", payload("order_created", o % 1000), seconds=o % 1000, log=log))
        for o in offsets
    ]


def account(connection: psycopg.Connection[Any]) -> list[tuple[int, int]]:
    query = "SELECT first_offset, last_offset FROM raw_data.committed_ranges ORDER BY stream_id, first_offset"
    return [(row[0], row[1]) for row in connection.execute(query)]


def islands(offsets: set[int]) -> list[tuple[int, int]]:
    firsts = sorted(o for o in offsets if o - 1 not in offsets)
    lasts = sorted(o for o in offsets if o + 1 not in offsets)
    return list(zip(firsts, lasts, strict=True))


batches = st.lists(st.lists(st.integers(1, 24), min_size=1, max_size=5, unique=True), min_size=1, max_size=8)


@settings(
    max_examples=examples(80), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=batches)
def test_any_order_of_batches_gives_the_same_account(
    owner: psycopg.Connection[Any], batches: list[list[int]]
) -> None:
    owner.execute("TRUNCATE raw_data.committed_ranges")
    owner.execute("SET search_path = raw_data")
    with owner.cursor() as cursor:
        for batch in batches:
            record_ranges(cursor, "restaurant", events(batch))

    assert account(owner) == islands({offset for batch in batches for offset in batch})


def test_completeness_names_holes_and_open_dead_letters(
    store: Store, owner: psycopg.Connection[Any], warehouse: Any
) -> None:
    store.commit(events([1, 2, 3, 7, 8]))
    query = """
        SELECT complete_up_to_offset, committed_offsets, holes, missing_offsets, complete
        FROM analytics.completeness()
    """
    with warehouse.connect("analytics_reader", autocommit=True) as reader:
        assert reader.execute(query).fetchall() == [(3, 5, [[4, 6]], 3, False)]
        store.commit(events([4, 5, 6]))
        assert reader.execute(query).fetchall() == [(8, 8, [], 0, True)]


def test_a_healthy_stream_is_one_row(store: Store, owner: psycopg.Connection[Any]) -> None:
    for start in range(1, 60, 3):
        store.commit(events([start, start + 1, start + 2]))

    assert account(owner) == [(1, 60)]


def test_the_farthest_offset_is_one_like_any_other(store: Store, owner: psycopg.Connection[Any]) -> None:
    """One more would be beyond a bigint, in our arithmetic and in the table's."""
    farthest = 2**63 - 1
    for offsets in ([farthest - 1], [farthest], [farthest], [farthest - 3], [farthest - 2]):
        store.commit(events(offsets))

    assert account(owner) == [(farthest - 3, farthest)]
