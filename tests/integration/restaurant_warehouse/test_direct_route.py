"""Rows that go straight into their tables: what could make them differ from a rebuild, or stop the stream."""

import itertools
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from sse_ingest.errors import ConfigurationError, DatabaseUnavailable
from sse_ingest.pipeline.run import run
from sse_ingest.rebuild.rebuild import Request, rebuild
from sse_ingest.settings import Settings
from sse_ingest.store.store import Store
from tests.support.contention import Contention
from tests.support.core import owned
from tests.support.events import frame, lifecycle, parsed, payload, uid
from tests.support.service import EventService

pytestmark = pytest.mark.integration
Owner = psycopg.Connection[Any]


@pytest.fixture
def differences(warehouse: Any) -> Callable[[], dict[str, int]]:
    """How many rows of each table a rebuild would correct."""

    def count() -> dict[str, int]:
        report = rebuild(owned(warehouse.url("restaurant_user")), Request())
        return {name: table.total for name, table in report.tables.items() if table.total}

    return count


@pytest.mark.parametrize("digits", ["1234565", "1234575", "12345649", "9999995", "123456", "0000005000"])
def test_times_finer_than_a_microsecond(
    store: Store, differences: Callable[[], dict[str, int]], digits: str
) -> None:
    ts = f"2026-03-14T12:00:00.{digits}Z"
    store.commit(
        [
            parsed(frame(1, "order_created", payload("order_created", 1, order_ts=ts))),
            parsed(frame(2, "order_status_changed", payload("order_status_changed", 1, changed_ts=ts))),
            parsed(frame(3, "payment_refunded", payload("payment_refunded", 1, refunded_ts=ts))),
            parsed(frame(4, "feedback_submitted", payload("feedback_submitted", 1, created_ts=ts))),
            parsed(frame(5, "menu_item_changed", payload("menu_item_changed", 1, changed_ts=ts))),
            parsed(frame(6, "customer_changed", payload("customer_changed", 1, changed_ts=ts))),
        ]
    )
    assert differences() == {}


def test_a_restated_amount_is_shown_as_it_was_written(
    store: Store, owner: Owner, differences: Callable[[], dict[str, int]]
) -> None:
    store.commit([parsed(frame(1, "order_created", payload("order_created", 1)))])
    ids = sorted(uid("version", n) for n in range(2))
    for offset, (tip, event_id) in enumerate(zip(("1", "1.00"), ids, strict=True), 2):
        body = payload("payment_captured", 1, tip=tip)
        store.commit([parsed(frame(offset, "payment_captured", body, event_id=event_id, seconds=5))])

    assert owner.execute("SELECT tip::text FROM analytics.orders").fetchone() == ("1.00",)
    assert differences() == {}


def test_children_before_between_and_after_their_order(
    store: Store, differences: Callable[[], dict[str, int]]
) -> None:
    for first, order in itertools.product((0, 3), range(1, 4)):
        frames = lifecycle(order, 1 + 7 * order)
        store.commit([parsed(one) for one in (frames[first:], frames[:first])[order % 2] or frames])
    for order in range(1, 4):
        store.commit([parsed(one) for one in reversed(lifecycle(order, 1 + 7 * order))])

    assert differences() == {}


def test_the_same_frame_twice_in_a_batch_with_a_processor(open_store: Callable[..., Store]) -> None:
    called: list[int] = []

    def note(cursor: Any, event: Any, payload: dict[str, Any]) -> None:
        called.append(payload["n"])

    store = open_store(processors={"noted": note})
    event = parsed(frame(1, "noted", {"n": 1}))

    assert store.commit([event, parsed(frame(1, "noted", {"n": 1}))]).events == 1
    assert called == [1]


def test_another_encoding_in_the_address(
    settings: Settings, open_store: Callable[..., Store], owner: Owner
) -> None:
    store = open_store(database_url=settings.database_url + "?client_encoding=latin1")
    store.commit([parsed(frame(1, "order_created", payload("order_created", 1, city="Montréal")))])

    assert owner.execute("SELECT city FROM analytics.orders").fetchone() == ("Montréal",)
    assert owner.execute("SELECT payload ->> 'city' FROM raw_data.events_raw").fetchone() == ("Montréal",)


def test_row_level_security_on_a_typed_table(store: Store, owner: Owner) -> None:
    owner.execute("ALTER TABLE analytics.orders ENABLE ROW LEVEL SECURITY")
    owner.execute("CREATE POLICY all_rows ON analytics.orders USING (true) WITH CHECK (true)")

    assert store.commit([parsed(one) for one in lifecycle(1, 1)]).events == 7
    assert owner.execute("SELECT status FROM analytics.orders").fetchone() == ("completed",)


@pytest.mark.parametrize(
    "column",
    ["raw_data.stream_checkpoints DROP COLUMN latest_event_time", "analytics.refunds DROP COLUMN reason"],
)
def test_a_schema_that_is_older_than_the_code(
    open_store: Callable[..., Store], owner: Owner, column: str
) -> None:
    owner.execute(f"ALTER TABLE {column}".encode())

    with pytest.raises(ConfigurationError, match="python -m sql migrate"):
        open_store()


def test_commits_that_fail_for_long_are_given_up(
    service: EventService, settings: Settings, warehouse: Any
) -> None:
    with warehouse.connect("postgres_admin", autocommit=True) as admin:
        admin.execute(
            "CREATE FUNCTION staging.full() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = '53100'; END $$"
        )
        admin.execute(
            "CREATE TRIGGER disk BEFORE INSERT ON raw_data.event_ids EXECUTE FUNCTION staging.full()"
        )
    service.publish([{**e, "event_id": str(uid(n))} for n, e in enumerate([EVENT] * 5)])
    busy, began = Contention(), time.monotonic()
    impatient = Settings(**{**vars(settings), "source_url": service.url, "give_up_seconds": 2.0})

    with pytest.raises(DatabaseUnavailable, match="no space"):
        run(impatient)
    assert time.monotonic() - began < 30 + busy.seconds


EVENT = {
    "event_type": "noted",
    "ts": "2026-03-14T12:00:00Z",
    "partition_key": "LOC-ON-001",
    "payload": {},
}
