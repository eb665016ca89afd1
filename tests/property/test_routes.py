"""Routes: the same events by stream, by polling and from a backfill, in any interleaving. The tables are those of the
raw events in any other interleaving, and a rebuild from raw finds nothing to correct.

A backfill has a log of its own, and the offset of an event is that of the log from which it was first taken. So the
comparison uses the place at which raw holds an event.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeAlias

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from restaurant_warehouse.change_order import STATUSES
from restaurant_warehouse.contract import CONTRACT
from restaurant_warehouse.typed.tables import RestaurantTables
from sse_ingest.database.connection import connect
from sse_ingest.errors import DatabaseUnavailable
from sse_ingest.events import Event
from sse_ingest.lease.lease import Lease
from sse_ingest.rebuild.rebuild import Request, rebuild
from sse_ingest.settings import Settings
from sse_ingest.store.store import Store
from tests.support.core import SCHEMAS, owned
from tests.support.events import LIFECYCLE, frame, parsed, payload
from tests.support.examples import examples

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]
Delivery: TypeAlias = tuple[str, Event]
ROUTES = ("stream", "poll", "backfill")


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    """Two orders with several claims on each key; payments move between them."""
    items = []
    for offset in range(1, draw(st.integers(2, 12)) + 1):
        kind, part = draw(st.sampled_from(LIFECYCLE))
        fields: dict[str, Any] = {"nonce": offset}
        if kind == "payment_captured":
            fields |= {
                "payment_id": payload(kind, 9, part)["payment_id"],
                "tip": draw(st.sampled_from(["0.50", "2.5"])),
            }
        if kind == "order_status_changed":
            fields["status"] = draw(st.sampled_from(STATUSES))
        body, version = (
            payload(kind, draw(st.integers(1, 2)), part, **fields),
            draw(st.sampled_from([None, 0, 1])),
        )
        items.append(parsed(frame(offset, kind, body, seconds=draw(st.integers(0, 1)), version=version)))
    return items


@st.composite
def journeys(draw: st.DrawFn) -> tuple[list[Event], list[Delivery]]:
    """The events, and how they come: each by at least one route, in any order."""
    straight = draw(events())
    routes = st.lists(st.sampled_from(ROUTES), min_size=1, max_size=3)
    deliveries = [(route, _by(route, event)) for event in straight for route in draw(routes)]
    return straight, draw(st.permutations(deliveries))


def _by(route: str, event: Event) -> Event:
    """A backfill has a log of its own, with other offsets."""
    if route != "backfill":
        return event
    return _at(event, "backlog1", 100 - event.offset)


def _at(event: Event, log: str, offset: int) -> Event:
    return msgspec.structs.replace(event, stream_id=log, offset=offset, last_event_id=f"{log}-{offset}")


class Bench:
    """A writer a route. Stream and polling are tenures of one stream: each changeover raises its fence."""

    def __init__(self, warehouse: Any, open_later: ExitStack) -> None:
        self._owner_url = warehouse.url("restaurant_user")
        self._owner = open_later.enter_context(warehouse.connect("restaurant_user", autocommit=True))
        self._stores = {}
        for stream, routes in (("restaurant", ("stream", "poll")), ("backfill", ("backfill",))):
            chosen = Settings(
                contract=CONTRACT,
                source_url="http://127.0.0.1:1",
                database_url=warehouse.url("airflow_user"),
                stream=stream,
                writer="test",
            )
            for route in routes:
                connection = open_later.enter_context(connect(chosen.database_url, "writer", SCHEMAS))
                with Lease(chosen, connection.info.backend_pid, lambda: None) as lease:
                    position = lease.take(wait=False, stop=lambda: False)
                assert position is not None
                self._stores[route] = Store(connection, chosen, position.fence)

    def begin(self) -> None:
        names = ", ".join(f"analytics.{table}" for table in RestaurantTables.tables)
        self._owner.execute(f"TRUNCATE raw_data.events_raw, raw_data.event_ids, {names}")

    def deliver(self, deliveries: list[Delivery]) -> None:
        """Neighbours of one route are one batch."""
        for route, group in groupby(deliveries, itemgetter(0)):
            batch = list({event.event_id: event for _, event in group}.values())
            if route != "backfill":
                row = self._owner.execute(
                    "UPDATE raw_data.stream_checkpoints SET fence = fence + 1 WHERE stream = 'restaurant'"
                    " RETURNING fence"
                ).fetchone()
                self._stores[route].begin(row[0])
            self._commit(route, batch)

    def deliver_singly(self, deliveries: list[Delivery]) -> None:
        """One event a batch: then as many transactions as can be meet those of others."""
        for delivery in deliveries:
            self.deliver([delivery])

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        return {
            table: self._owner.execute(f"SELECT t::text FROM analytics.{table} AS t ORDER BY 1").fetchall()
            for table in RestaurantTables.tables
        }

    def as_taken(self, events: list[Event]) -> list[Event]:
        """The events at their places in raw."""
        rows = self._owner.execute("SELECT event_id, stream_id, event_offset FROM raw_data.events_raw")
        places = {event_id: (stream_id, offset) for event_id, stream_id, offset in rows}
        assert places.keys() == {event.event_id for event in events}
        return [_at(event, *places[event.event_id]) for event in events]

    def differences(self) -> int:
        return rebuild(owned(self._owner_url), Request()).differences

    def _commit(self, route: str, batch: list[Event]) -> None:
        while True:
            try:
                self._stores[route].commit(batch)
            except DatabaseUnavailable:
                continue  # as the loop does
            return


@pytest.fixture
def bench(warehouse: Any) -> Iterator[Bench]:
    with ExitStack() as open_later:
        yield Bench(warehouse, open_later)


EXAMPLES = hypothesis_settings(
    max_examples=examples(30),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def assert_follows_from_raw(bench: Bench, events: list[Event]) -> None:
    """No rebuild has anything to correct, and one batch of what raw holds gives the same tables."""
    assert bench.differences() == 0
    tables, first_events = bench.tables(), bench.as_taken(events)
    bench.begin()
    bench.deliver([("stream", event) for event in first_events])
    assert bench.tables() == tables


@EXAMPLES
@given(journey=journeys())
def test_any_interleaving_of_routes_gives_the_same_tables(
    bench: Bench, journey: tuple[list[Event], list[Delivery]]
) -> None:
    straight, deliveries = journey
    bench.begin()
    bench.deliver(deliveries)

    assert_follows_from_raw(bench, straight)


@EXAMPLES
@given(journey=journeys())
def test_a_stream_and_a_backfill_at_the_same_time_give_the_same_tables(
    bench: Bench, journey: tuple[list[Event], list[Delivery]]
) -> None:
    straight, deliveries = journey
    bench.begin()
    backfill = [delivery for delivery in deliveries if delivery[0] == "backfill"]
    rest = [delivery for delivery in deliveries if delivery[0] != "backfill"]
    with ThreadPoolExecutor() as pool:
        for side in [pool.submit(bench.deliver_singly, backfill), pool.submit(bench.deliver_singly, rest)]:
            side.result()

    assert_follows_from_raw(bench, straight)
