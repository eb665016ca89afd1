"""A stream that has ended is waited for no more, and nothing of what it brought is lost."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import errors

from sse_ingest.store.store import Store
from tests.support.events import frame, parsed, payload

pytestmark = pytest.mark.integration
Owner = psycopg.Connection[Any]
RETIRE = "SELECT raw_data.retire_stream(%s)"
RELEASE = (
    "UPDATE raw_data.stream_checkpoints SET holder = NULL, holder_pids = '{}', lease_renewed_at = NULL,"
    " head_offset = 2, head_seen_at = now() - interval '1 hour', committed_at = now() - interval '1 hour'"
    " WHERE stream = 'backfill'"
)
STREAMS = "SELECT stream FROM raw_data.stream_checkpoints"
COUNT_RAW = "SELECT count(*) FROM raw_data.events_raw"


def created(offset: int) -> Any:
    return parsed(frame(offset, "order_created", payload("order_created", offset), log="historylog"))


@pytest.fixture
def read(open_store: Callable[..., Store]) -> None:
    """Two events of a history, read by a writer that holds its lease and lock to the end of the test."""
    open_store(stream="backfill").commit([created(1), created(2)])


@pytest.fixture
def ended(read: None, owner: Owner, warehouse: Any) -> None:
    """The writer has gone, without our waiting for it."""
    with warehouse.connect("postgres_admin", autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name LIKE 'sse_ingest%'"
        )
    owner.execute(RELEASE)


def test_it_is_waited_for_no_more_and_what_it_brought_stays(ended: None, owner: Owner) -> None:
    waited_for = (
        "SELECT component, status FROM analytics.health_check() WHERE details ->> 'stream' = 'backfill'"
    )
    assert ("freshness", "error") in owner.execute(waited_for).fetchall()
    assert owner.execute("SELECT analytics.event_watermark()").fetchone() != (None,)

    owner.execute(RETIRE, ["backfill"])
    assert owner.execute(waited_for).fetchall() == []
    assert owner.execute("SELECT analytics.event_watermark()").fetchone() == (None,)
    assert owner.execute(COUNT_RAW).fetchone() == (2,)
    ranges = "SELECT stream, complete_up_to_offset, complete FROM analytics.completeness()"
    assert owner.execute(ranges).fetchall() == [("backfill", 2, True)]
    audited = "SELECT actor, object, details -> 0 ->> 'event_offset' FROM analytics.audit_log"
    assert owner.execute(audited).fetchall() == [("restaurant_user", "backfill", "2")]


def test_a_log_that_is_read_again_adds_what_is_new(
    ended: None, owner: Owner, open_store: Callable[..., Store]
) -> None:
    owner.execute(RETIRE, ["backfill"])
    again = open_store(stream="backfill")
    again.commit([created(1), created(2), created(3)])
    assert owner.execute(COUNT_RAW).fetchone() == (3,)
    assert owner.execute("SELECT count(*) FROM raw_data.duplicates").fetchone() == (0,)
    complete = "SELECT complete_up_to_offset, committed_offsets, complete FROM analytics.completeness()"
    assert owner.execute(complete).fetchall() == [(3, 3, True)]


def test_a_stream_that_is_written_is_refused(read: None, owner: Owner) -> None:
    with pytest.raises(errors.ObjectInUse, match="backfill is still being written, by test"):
        owner.execute(RETIRE, ["backfill"])
    # A process that stopped may have lost its lease; its lock it has.
    owner.execute(RELEASE)
    with pytest.raises(errors.ObjectInUse, match="by a writer that is stopped"):
        owner.execute(RETIRE, ["backfill"])


def test_one_that_was_killed_has_left_its_name_and_is_no_writer(ended: None, owner: Owner) -> None:
    owner.execute(
        "UPDATE raw_data.stream_checkpoints SET holder = 'gone', lease_renewed_at = now() - interval '2 minutes'"
    )
    owner.execute(RETIRE, ["backfill"])
    assert owner.execute(STREAMS).fetchall() == []


def test_a_log_that_was_not_read_to_its_end_is_refused(ended: None, owner: Owner) -> None:
    owner.execute("UPDATE raw_data.stream_checkpoints SET head_offset = 3")
    with pytest.raises(errors.ObjectNotInPrerequisiteState, match="backfill is read up to 2 of 3"):
        owner.execute(RETIRE, ["backfill"])


def test_an_unknown_stream_is_reported(owner: Owner) -> None:
    with pytest.raises(errors.NoDataFound, match="There is no stream backfil"):
        owner.execute(RETIRE, ["backfil"])


def test_it_is_the_owners_alone(warehouse: Any) -> None:
    for role in ("airflow_user", "analytics_reader"):
        with warehouse.connect(role) as other, pytest.raises(errors.InsufficientPrivilege):
            other.execute(RETIRE, ["backfill"])


def test_health_check_says_how(ended: None, owner: Owner) -> None:
    rows = owner.execute("SELECT component, details ->> 'remedy' FROM analytics.health_check()").fetchall()
    reported = {component for component, remedy in rows if remedy and "raw_data.retire_stream" in remedy}
    assert reported == {"freshness", "lease"}
