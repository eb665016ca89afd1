"""Schema drift: new fields and types are listed once, in the transaction that takes them, and kept raw."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from sse_ingest.contract.raw import RAW, RawParser
from sse_ingest.errors import FenceLost
from sse_ingest.events import Event
from sse_ingest.sources.sse_decoder import Frame
from sse_ingest.store.store import Store
from tests.support.events import frame, lifecycle, parsed, payload

pytestmark = pytest.mark.integration
Connection = psycopg.Connection[Any]
DRIFT = "SELECT event_type, field, json_type FROM analytics.schema_drift ORDER BY event_type, field"


def drift(owner: Connection) -> list[tuple[Any, ...]]:
    return owner.execute(DRIFT).fetchall()


def order(number: int, **fields: Any) -> Event:
    return parsed(frame(number, "order_created", payload("order_created", number, **fields)))


def test_what_the_contract_knows_is_not_listed(store: Store, owner: Connection) -> None:
    store.commit([parsed(one) for one in lifecycle(1, 1)])
    store.commit([order(8, visit_id=None, city="Oslo", customer_id="c")])

    assert drift(owner) == []


def test_new_fields_and_types_are_listed_once_and_kept(store: Store, owner: Connection) -> None:
    events = [
        order(1, table=7),
        order(2, table="seven", flags={"vip": True}),
        parsed(frame(3, "till_opened", {"till": 4})),
        parsed(frame(4, "till_opened", {"till": 4, "by": "Ann"})),
    ]
    store.commit(events[:3])
    first = owner.execute("SELECT * FROM analytics.schema_drift ORDER BY event_type, field").fetchall()
    store.commit(events)

    assert drift(owner) == [
        ("order_created", "flags", "object"),
        ("order_created", "table", "number"),
        ("till_opened", None, "object"),
    ]
    assert (
        owner.execute("SELECT * FROM analytics.schema_drift ORDER BY event_type, field").fetchall() == first
    )
    assert {row[4] for row in first} == {event.event_id for event in events[:3]}
    rows = owner.execute(
        "SELECT payload -> 'table' FROM raw_data.events_raw WHERE payload ? 'table'"
    ).fetchall()
    assert rows == [(7,), ("seven",)]


def test_another_process_lists_nothing_again(open_store: Callable[..., Store], owner: Connection) -> None:
    open_store().commit([order(1, table=7)])
    (listed,) = owner.execute("SELECT xmin, * FROM analytics.schema_drift").fetchall()

    open_store(stream="other").commit([order(2, table=8)])
    open_store(shard=1).commit([order(3, table=9)])

    assert drift(owner) == [("order_created", "table", "number")] * 2  # once per stream
    assert owner.execute(
        "SELECT xmin, * FROM analytics.schema_drift WHERE stream = 'restaurant'"
    ).fetchall() == [listed]


def test_it_is_listed_with_the_batch_or_not_at_all(store: Store, owner: Connection) -> None:
    owner.execute("UPDATE raw_data.stream_checkpoints SET fence = fence + 1")
    with pytest.raises(FenceLost):
        store.commit([order(1, table=7)])
    assert drift(owner) == []

    owner.execute("UPDATE raw_data.stream_checkpoints SET fence = fence - 1")
    store.commit([order(1, table=7)])
    assert drift(owner) == [("order_created", "table", "number")]


def test_names_of_any_length_and_number_hurt_nobody(store: Store, owner: Connection) -> None:
    long = "é" * 10_000
    outcome = store.commit([order(1, **{long: 1}), order(2, **{f"field_{i}": i for i in range(300)})])

    assert (outcome.events, outcome.rejected) == (2, 0)
    assert owner.execute("SELECT count(*), max(length(field)) FROM analytics.schema_drift").fetchone() == (
        301,
        200,
    )


def test_a_foreign_stream_has_no_contract_to_go_beyond(
    open_store: Callable[..., Store], owner: Connection
) -> None:
    store = open_store(stream="weather", contract=RAW)
    event = RawParser("weather").parse(Frame("rain", b'{"mm": 1}', "1"))

    assert store.commit([event]).events == 1
    assert drift(owner) == []
