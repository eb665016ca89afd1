"""Faults of the environment are tried again and cost no event; faults of the data cost the guilty one alone."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from restaurant_warehouse.contract import CONTRACT
from sse_ingest.database.connection import connect
from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.errors import ConfigurationError, DatabaseUnavailable
from sse_ingest.events import Event
from sse_ingest.pipeline.run import run
from sse_ingest.settings import Settings
from sse_ingest.store.store import Store
from tests.support.core import SCHEMAS
from tests.support.events import frame, lifecycle, parsed, payload, published
from tests.support.service import EventService

pytestmark = pytest.mark.integration
Connection = psycopg.Connection[Any]

OFFSETS = "SELECT array_agg(event_offset ORDER BY event_offset) FROM raw_data.events_raw"
DEAD_LETTERS = "SELECT event_offset, reason_code FROM raw_data.dead_letters ORDER BY 1"

# A sequence is no part of a transaction: it counts on when that is rolled back.
FAULT = """
CREATE SEQUENCE public.faults;
CREATE FUNCTION public.fault() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF nextval('public.faults') <= {times} THEN
        RAISE EXCEPTION 'as arranged' USING ERRCODE = '{code}';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER fault AFTER INSERT ON {table} FOR EACH {level} EXECUTE FUNCTION public.fault();
"""
ENVIRONMENT = {
    "08006": "connection failure",
    "40001": "serialization failure",
    "40P01": "deadlock",
    "53100": "disk full",
    "53200": "out of memory",
    "53300": "too many connections",
    "55P03": "lock not available",
    "57014": "query cancelled",
    "57P01": "administrator's shutdown",
    "58030": "input/output error",
    "0A000": "a plan that a migration has made stale",
    "XX001": "a damaged page",
}


def arrange(
    owner: Connection, code: str, *, times: int, table: str = "raw_data.events_raw", level: str = "STATEMENT"
) -> None:
    owner.execute(FAULT.format(code=code, times=times, table=table, level=level).encode())


@pytest.fixture
def owner(warehouse: Any, cluster: Any) -> Iterator[Connection]:
    """The superuser, who may put faults anywhere."""
    with psycopg.connect(warehouse.url("postgres_admin"), autocommit=True) as connection:
        yield connection


def feedback(offset: int, nps: int = 5) -> Event:
    return parsed(frame(offset, "feedback_submitted", payload("feedback_submitted", offset, nps=nps)))


PLACES = ("raw_data.event_ids", "analytics.orders", "raw_data.committed_ranges")


@pytest.mark.parametrize(
    ("code", "table"),
    [(code, PLACES[number % 3]) for number, code in enumerate(ENVIRONMENT)],
    ids=lambda value: ENVIRONMENT.get(value, value),
)
def test_a_fault_of_the_environment_takes_the_batch_back_and_makes_no_dead_letter(
    store: Store, owner: Connection, code: str, table: str
) -> None:
    arrange(owner, code, times=1, table=table)
    events = [parsed(one) for one in lifecycle(1, 1)]

    with pytest.raises(DatabaseUnavailable, match="as arranged"):
        store.commit(events)
    assert owner.execute(OFFSETS).fetchone() == (None,)

    assert store.commit(events).events == 7
    assert owner.execute(DEAD_LETTERS).fetchall() == []
    assert owner.execute("SELECT status, total FROM analytics.orders").fetchall() == [("completed", 12.5)]


@pytest.mark.parametrize("code", ["53100", "40P01", "55P03"])
def test_a_run_goes_on_when_the_fault_is_over(
    service: EventService, warehouse: Any, owner: Connection, code: str
) -> None:
    arrange(owner, code, times=3)
    for order in range(3):
        service.publish(published(order))

    result = run(
        Settings(
            contract=CONTRACT,
            stream="restaurant",
            source_url=service.url,
            database_url=warehouse.url("airflow_user"),
            mode="poll",
            lease_seconds=1,
        )
    )

    assert (result.events, result.rejected) == (21, 0)
    assert owner.execute(OFFSETS).fetchone() == (list(range(1, 22)),)
    assert owner.execute("SELECT last_value FROM public.faults").fetchone() == (4,)
    assert owner.execute(DEAD_LETTERS).fetchall() == []


def test_a_lock_that_is_held_too_long(settings: Settings, owner: Connection, warehouse: Any) -> None:
    with connect(settings.database_url, "writer", SCHEMAS) as connection:
        owner.execute("INSERT INTO raw_data.stream_checkpoints (stream) VALUES ('restaurant')")
        store = Store(connection, settings)
        connection.execute("SET lock_timeout = '100ms'")
        with warehouse.connect("postgres_admin") as holder:
            holder.execute("LOCK TABLE analytics.feedback")
            with pytest.raises(DatabaseUnavailable, match="lock timeout"):
                store.commit([feedback(1), feedback(2)])

        assert store.commit([feedback(1), feedback(2)]).events == 2
    assert owner.execute(DEAD_LETTERS).fetchall() == []


def test_a_real_deadlock(settings: Settings, owner: Connection, warehouse: Any) -> None:
    owner.execute("INSERT INTO raw_data.stream_checkpoints (stream) VALUES ('restaurant')")
    owner.execute(
        "INSERT INTO raw_data.committed_ranges VALUES ('restaurant', 'testlog1', 1, 1, NULL, now())"
    )
    with (
        connect(settings.database_url, "writer", SCHEMAS) as connection,
        warehouse.connect("postgres_admin") as other,
        ThreadPoolExecutor() as pool,
    ):
        store = Store(connection, settings)
        # The other one waits longer than we do, so that we are the victim.
        other.execute("SET deadlock_timeout = '20s'; UPDATE raw_data.committed_ranges SET last_ts = now()")
        batch = pool.submit(store.commit, [feedback(2)])
        wait_for_lock(owner)
        crossing = pool.submit(other.execute, "LOCK TABLE analytics.feedback")
        with pytest.raises(DatabaseUnavailable, match="deadlock"):
            batch.result(60)
        crossing.result(60)
        other.rollback()

        assert store.commit([feedback(2)]).events == 1
    assert owner.execute(DEAD_LETTERS).fetchall() == []


def wait_for_lock(owner: Connection) -> None:
    pause = threading.Event()
    while owner.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() == (0,):
        pause.wait(0.02)


def test_a_connection_that_ends_in_a_transaction(store: Store, settings: Settings, owner: Connection) -> None:
    owner.execute(
        "CREATE FUNCTION public.fault() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$"
        " BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;"
        " CREATE TRIGGER fault AFTER INSERT ON analytics.feedback EXECUTE FUNCTION public.fault()"
    )

    with pytest.raises(DatabaseUnavailable):
        store.commit([feedback(1), feedback(2)])

    assert owner.execute(OFFSETS).fetchone() == (None,)
    assert owner.execute(DEAD_LETTERS).fetchall() == []


def test_a_fault_of_the_environment_in_a_processor_is_not_its_event_s(
    open_store: Callable[..., Store], owner: Connection
) -> None:
    owner.execute("CREATE TABLE analytics.points (event_id uuid); GRANT INSERT ON analytics.points TO PUBLIC")
    arrange(owner, "53100", times=1, table="analytics.points")

    def keep(cursor: Any, event: Event, _payload: dict[str, Any]) -> None:
        cursor.execute("INSERT INTO points VALUES (%s)", [event.event_id])

    store = open_store(processors={"points_earned": keep})
    event = parsed(frame(1, "points_earned", {"points": 3}))

    with pytest.raises(DatabaseUnavailable):
        store.commit([event])
    assert store.commit([event]).events == 1
    assert owner.execute(DEAD_LETTERS).fetchall() == []


DATA = {
    "22003": "numeric value out of range",
    "23514": "check violation",
    "54000": "program limit exceeded",
    "54001": "statement too complex",
    "P0001": "a trigger of the user's",
}


@pytest.mark.parametrize("code", DATA, ids=DATA.get)
def test_only_the_guilty_are_found(store: Store, owner: Connection, code: str) -> None:
    owner.execute(
        "CREATE FUNCTION public.refuse_feedback() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF NEW.nps = 7 THEN RAISE EXCEPTION 'a seven' USING ERRCODE = '{code}'; END IF; RETURN NEW; END $$;"
        " CREATE TRIGGER refuse_feedback BEFORE INSERT ON analytics.feedback"
        " FOR EACH ROW EXECUTE FUNCTION public.refuse_feedback()"
    )
    guilty = {1, 7, 8, 20, 32}
    events = [feedback(offset, nps=7 if offset in guilty else 5) for offset in range(1, 33)]

    outcome = store.commit(events)

    assert (outcome.events, outcome.rejected) == (32 - len(guilty), len(guilty))
    assert owner.execute(DEAD_LETTERS).fetchall() == [
        (offset, Reason.REFUSED_BY_DATABASE) for offset in sorted(guilty)
    ]
    assert owner.execute(OFFSETS).fetchone() == (sorted(set(range(1, 33)) - guilty),)
    assert owner.execute("SELECT first_offset, last_offset FROM raw_data.committed_ranges").fetchall() == [
        (1, 32)
    ]


def test_a_value_that_an_index_cannot_hold_costs_its_event_alone(store: Store, owner: Connection) -> None:
    owner.execute("CREATE INDEX ON analytics.feedback (comment)")
    incompressible = "".join(chr(0x4E00 + i * 7919 % 20_000) for i in range(6000))
    bad = payload("feedback_submitted", 2, comment=incompressible)

    outcome = store.commit([feedback(1), parsed(frame(2, "feedback_submitted", bad)), feedback(3)])

    assert (outcome.events, outcome.rejected) == (2, 1)
    assert owner.execute(DEAD_LETTERS).fetchall() == [(2, Reason.REFUSED_BY_DATABASE)]


def test_an_event_that_is_refused_once_and_not_again_is_innocent(store: Store, owner: Connection) -> None:
    """As happens to a row on its way to the default partition, while its own is being attached."""
    arrange(owner, "23514", times=1, table="raw_data.events_raw", level="ROW")

    assert store.commit([feedback(1)]).events == 1
    assert owner.execute(DEAD_LETTERS).fetchall() == []


def test_a_schema_that_is_not_ours_is_a_person_s_business(store: Store, owner: Connection) -> None:
    owner.execute("ALTER TABLE analytics.feedback DROP COLUMN nps CASCADE")

    with pytest.raises(ConfigurationError, match="migrations"):
        store.commit([feedback(1)])
    assert owner.execute(DEAD_LETTERS).fetchall() == []
