"""The order of changes, where tills and people meet it: whole seconds, versions, dead letters, archives."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pytest

from restaurant_warehouse.change_order import STATUSES
from restaurant_warehouse.contract import restaurant_parser
from sse_ingest.archive import parquet
from sse_ingest.archive.files import Manifest
from sse_ingest.dlq.dead_letter import with_fields
from sse_ingest.dlq.operations import DeadLetters
from sse_ingest.events import Event, Rejected
from sse_ingest.rebuild.rebuild import Request, rebuild
from sse_ingest.store.store import Store
from tests.support.core import owned
from tests.support.events import frame, moment, parsed, payload, uid
from tests.support.warehouse.archives import FEBRUARY

pytestmark = pytest.mark.integration
Connection = psycopg.Connection[Any]
RATING: Any = "SELECT rating, event_version, event_offset FROM analytics.feedback"


def differences(warehouse: Any, folder: Path | None = None) -> int:
    return rebuild(owned(warehouse.url("restaurant_user")), Request(archive_folder=folder)).differences


def feedback(offset: int, rating: int, seconds: float = 0, version: int | None = None) -> Event:
    body = payload("feedback_submitted", 1, rating=rating)
    return parsed(frame(offset, "feedback_submitted", body, seconds=seconds, version=version))


@pytest.mark.parametrize("one_by_one", [True, False])
@pytest.mark.parametrize("backwards", [True, False])
def test_orders_whose_changes_come_within_one_second_end_as_completed(
    store: Store, owner: Connection, warehouse: Any, one_by_one: bool, backwards: bool
) -> None:
    """A till that works in whole seconds: created, and four changes in their order, with random ids."""
    random, bodies = Random(1), []
    for order in range(20):
        bodies.append(("order_created", payload("order_created", order)))
        bodies += [
            (
                "order_status_changed",
                payload("order_status_changed", order, status=status, changed_ts=moment(5)),
            )
            for status in STATUSES[:4]
        ]
    events = [
        parsed(frame(offset, kind, body, seconds=5, event_id=uid(random.random())))
        for offset, (kind, body) in enumerate(bodies, 1)
    ]
    events = events[::-1] if backwards else events
    for batch in [[event] for event in events] if one_by_one else [events]:
        store.commit(batch)

    counted = "SELECT status, count(*) FROM analytics.orders GROUP BY status"
    assert owner.execute(counted).fetchall() == [("completed", 20)]
    paths = "SELECT DISTINCT jsonb_path_query_array(path, '$[*].status')::text FROM analytics.current_order_status"
    assert owner.execute(paths).fetchall() == [('["pending", "preparing", "ready", "completed"]',)]
    assert differences(warehouse) == 0


def test_a_version_counts_more_than_the_time(store: Store, owner: Connection, warehouse: Any) -> None:
    store.commit(
        [
            feedback(1, 3, seconds=0, version=2),
            feedback(2, 4, seconds=9),
            feedback(3, 5, seconds=8, version=1),
        ]
    )
    assert owner.execute(RATING).fetchall() == [(3, 2, 1)]
    assert differences(warehouse) == 0


def test_of_equal_events_the_later_in_the_log_counts_whatever_comes_first(
    store: Store, owner: Connection, warehouse: Any
) -> None:
    store.commit([feedback(2, 4)])
    store.commit([feedback(1, 3)])
    assert owner.execute(RATING).fetchall() == [(4, None, 2)]
    assert differences(warehouse) == 0


def test_the_same_event_with_another_version_is_a_conflict(store: Store, owner: Connection) -> None:
    body = payload("feedback_submitted", 1)
    versions = [None, None, 1]
    for version in versions:
        one = parsed(frame(1, "feedback_submitted", body, event_id=uid("one"), version=version))
        store.commit([one])
    assert owner.execute("SELECT version FROM raw_data.events_raw").fetchall() == [(None,)]
    assert owner.execute("SELECT reason_code FROM raw_data.dead_letters").fetchall() == [
        ("event_id_conflict",)
    ]


def test_an_edited_dead_letter_takes_its_place_in_the_order(
    store: Store, owner: Connection, dead_letters: DeadLetters, warehouse: Any
) -> None:
    rejected = restaurant_parser().parse(
        frame(1, "feedback_submitted", payload("feedback_submitted", 1, rating=1), seconds=0, version=-1)
    )
    assert isinstance(rejected, Rejected)
    store.commit([rejected, feedback(2, 2)])
    (dead_letter,) = dead_letters.find()

    received = dead_letters.get(dead_letter.dead_letter_id).received
    assert dead_letters.edit(dead_letter.dead_letter_id, with_fields(received, ["version=7"])).succeeded

    assert owner.execute(RATING).fetchall() == [(1, 7, 1)]
    assert differences(warehouse) == 0


def test_a_rebuild_reads_versions_from_archives_and_archives_from_before(
    store: Store,
    owner: Connection,
    archived: Callable[..., list[Manifest]],
    folder: Path,
    warehouse: Any,
    tmp_path: Path,
) -> None:
    store.commit([feedback(1, 3, seconds=FEBRUARY, version=2), feedback(2, 4, seconds=FEBRUARY + 9)])
    (february,) = archived()
    assert differences(warehouse, folder) == 0
    owner.execute("UPDATE analytics.feedback SET rating = 1, event_version = NULL")
    assert differences(warehouse, folder) == 1

    table = pq.read_table(folder / february.file)
    assert table.column("version").to_pylist() == [2, None]
    pq.write_table(table.drop_columns(["version"]), tmp_path / "before.parquet")
    (rows,) = parquet.pages(tmp_path / "before.parquet")
    assert [row[-1] for row in rows] == [None, None]
