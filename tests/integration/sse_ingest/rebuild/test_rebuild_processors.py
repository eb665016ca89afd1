"""A processor, new or changed, over the events that came before it."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from sse_ingest.errors import ConfigurationError, RebuildRefused
from sse_ingest.events import Event
from sse_ingest.rebuild.processors import into_shadow, run
from sse_ingest.rebuild.rebuild import Report, Request, rebuild
from sse_ingest.rebuild.shadow_tables import Places
from sse_ingest.settings import Processor
from sse_ingest.store.processors import load_processors
from sse_ingest.store.store import Store
from tests.support.core import owned
from tests.support.events import frame, parsed, uid

pytestmark = pytest.mark.integration
POINTS = "SELECT customer_id, points FROM analytics.loyalty_points ORDER BY customer_id"


def points(cursor: Any, event: Event, payload: dict[str, Any]) -> None:
    cursor.execute(
        "INSERT INTO loyalty_points VALUES (%s, %s, %s)",
        [event.event_id, payload["customer"], payload["points"]],
    )


def doubled(cursor: Any, event: Event, payload: dict[str, Any]) -> None:
    points(cursor, event, {**payload, "points": 2 * payload["points"]})


PROCESSORS: Mapping[str, Processor] = {"points_earned": points}


@pytest.fixture
def owner(owner: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    owner.execute(
        "CREATE TABLE analytics.loyalty_points (event_id uuid PRIMARY KEY, customer_id text, points integer)"
    )
    owner.execute("GRANT SELECT, INSERT ON analytics.loyalty_points TO airflow_user")
    return owner


@pytest.fixture
def filled(owner: psycopg.Connection[Any], open_store: Any) -> Store:
    """Two events from before there was a processor, and one from after."""
    events = [
        parsed(frame(offset, "points_earned", {"customer": name, "points": offset}))
        for offset, name in enumerate("abc", start=1)
    ]
    store: Store = open_store()
    store.commit(events[:2])
    open_store(stream="later", processors=PROCESSORS).commit(events[2:])
    return store


def rebuilt(warehouse: Any, function: Processor = points, **more: Any) -> Report:
    request = {"processors": {"points_earned": function}, "tables": ["loyalty_points"], **more}
    return rebuild(owned(warehouse.url("restaurant_user")), Request(**request))


def test_a_new_processor_is_applied_to_old_events(filled: Store, owner: Any, warehouse: Any) -> None:
    assert owner.execute(POINTS).fetchall() == [("c", 3)]

    report = rebuilt(warehouse)
    assert (report.tables["loyalty_points"].missing, report.differences) == (2, 2)
    rebuilt(warehouse, apply=True)

    assert owner.execute(POINTS).fetchall() == [("a", 1), ("b", 2), ("c", 3)]
    assert rebuilt(warehouse).differences == 0


def test_a_changed_processor_changes_what_it_made_before(filled: Store, owner: Any, warehouse: Any) -> None:
    rebuilt(warehouse, doubled, apply=True)

    assert owner.execute(POINTS).fetchall() == [("a", 2), ("b", 4), ("c", 6)]


def test_without_its_processor_a_table_is_left_alone(filled: Store, owner: Any, warehouse: Any) -> None:
    rebuild(owned(warehouse.url("restaurant_user")), Request(apply=True))
    assert owner.execute(POINTS).fetchall() == [("c", 3)]

    with pytest.raises(ConfigurationError, match="give --processors too"):
        rebuilt(warehouse, processors={})


def test_a_processor_that_refuses_an_event_stops_the_rebuild(
    filled: Store, owner: Any, warehouse: Any
) -> None:
    def picky(cursor: Any, event: Event, payload: dict[str, Any]) -> None:
        if payload["points"] == 2:
            raise ValueError("two is not a number of points")

    event_id = uid("event", "points_earned", '{"customer": "b", "points": 2}')
    with pytest.raises(RebuildRefused, match=f"refuse 1 events: points_earned {event_id}: ValueError: two"):
        rebuilt(warehouse, picky, apply=True)

    assert owner.execute(POINTS).fetchall() == [("c", 3)]


def test_a_table_that_was_not_named_is_asked_for(filled: Store, warehouse: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"loyalty_points.*Name each table"):
        rebuilt(warehouse, tables=[])


@pytest.mark.parametrize(
    "statement",
    ["UPDATE analytics.loyalty_points SET points = 0", 'DELETE FROM "analytics"."loyalty_points"'],
)
def test_a_processor_cannot_reach_the_live_tables(
    filled: Store, owner: Any, warehouse: Any, statement: str
) -> None:
    def careless(cursor: Any, event: Event, payload: dict[str, Any]) -> None:
        cursor.execute(statement)

    with pytest.raises(ConfigurationError, match="qualified table"):
        rebuilt(warehouse, careless)

    assert owner.execute(POINTS).fetchall() == [("c", 3)]


def copy_in(cursor: Any) -> None:
    with cursor.copy("COPY till.receipts FROM STDIN") as copy:
        copy.write_row([1])


WRITES: list[Callable[[Any], object]] = [
    lambda cursor: cursor.execute("INSERT INTO till.receipts VALUES (1)"),
    lambda cursor: cursor.execute(b'update only "till" . receipts SET number = 2'),
    lambda cursor: cursor.execute(SQL("DELETE FROM {}").format(Identifier("till", "receipts"))),
    lambda cursor: cursor.executemany("INSERT INTO till.receipts VALUES (%s)", [(1,)]),
    copy_in,
    lambda cursor: cursor.execute("TRUNCATE events.receipts"),
]


@pytest.mark.parametrize("write", WRITES)
def test_the_live_tables_are_those_of_the_contract(
    owner: psycopg.Connection[Any], write: Callable[[Any], object]
) -> None:
    for schema in ("till", "events"):
        owner.execute(f"CREATE SCHEMA {schema} CREATE TABLE receipts (number integer)")
    owner.execute("INSERT INTO till.receipts VALUES (7)")
    live = Places("till", "events", "events")

    def careless(cursor: Any, event: Event, payload: dict[str, Any]) -> None:
        write(cursor)

    def careful(cursor: Any, event: Event, payload: dict[str, Any]) -> None:
        cursor.execute("CREATE TEMPORARY TABLE copied_receipts AS SELECT * FROM till.receipts")

    event = parsed(frame(1, "points_earned", {"points": 1}))
    with pytest.raises(ConfigurationError, match="qualified table"):
        run(owner, into_shadow({"points_earned": careless}, live), [event])
    assert run(owner, into_shadow({"points_earned": careful}, live), [event]) == []

    assert owner.execute("SELECT number FROM till.receipts").fetchall() == [(7,)]


@pytest.mark.parametrize(
    ("table", "message"),
    [("nowhere", "There is no table analytics.nowhere"), ("keyless", "has no primary key")],
)
def test_a_table_that_cannot_be_compared_is_refused(
    filled: Store, owner: Any, warehouse: Any, table: str, message: str
) -> None:
    owner.execute("CREATE TABLE analytics.keyless (n integer)")

    with pytest.raises(ConfigurationError, match=message):
        rebuilt(warehouse, tables=[table])


def test_processors_are_named_by_module_and_attribute(monkeypatch: pytest.MonkeyPatch) -> None:
    module = SimpleNamespace(PROCESSORS=PROCESSORS, nothing={}, wrong=["points_earned"])
    monkeypatch.setitem(__import__("sys").modules, "own_processors", module)

    assert load_processors("own_processors:PROCESSORS") == PROCESSORS
    for name in (
        "own_processors",
        "own_processors:nothing",
        "own_processors:wrong",
        "own_processors:none",
        "no:x",
    ):
        with pytest.raises(ConfigurationError, match="--processors"):
            load_processors(name)
