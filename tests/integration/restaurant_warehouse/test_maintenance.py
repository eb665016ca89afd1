"""What the maintenance DAG calls, on a warehouse in which events came for months without a partition."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from restaurant_warehouse.maintenance import (
    Moved,
    analyze,
    empty_default_partition,
    keep_months,
    make_partitions,
)
from sse_ingest.errors import ConfigurationError
from sse_ingest.store.store import Store
from tests.support.events import frame, parsed, payload
from tests.support.warehouse.archives import DAY, partitions, violated

pytestmark = pytest.mark.integration
Owner = psycopg.Connection[Any]


def come(store: Store, owner: Owner, offset: int, days: int) -> None:
    """An event whose month gets no partition, because a long read is in the way."""
    store.commit(
        [parsed(frame(offset, "order_created", payload("order_created", offset), seconds=days * DAY))]
    )


@pytest.fixture
def stray(store: Store, warehouse: Any, owner: Owner) -> None:
    """Two events of January, one of February, in the default partition."""
    with warehouse.connect("restaurant_user") as reader:
        reader.execute("SELECT count(*) FROM raw_data.events_raw_default")
        for offset, days in ((1, -60), (2, -50), (3, -20)):
            come(store, owner, offset, days)


def test_what_a_long_read_left_in_the_default_partition_moves(
    stray: None, warehouse: Any, owner: Owner, store: Store
) -> None:
    assert partitions(owner) == {"default"}
    url = warehouse.url("airflow_user")
    assert empty_default_partition(url, 2) == Moved({"2026-01": 2, "2026-02": 1}, {})
    assert partitions(owner) == {"2026_01", "2026_02", "default"}
    assert empty_default_partition(url, 2) == Moved()
    come(store, owner, 4, -50)
    assert owner.execute("SELECT count(*) FROM raw_data.events_raw_2026_01").fetchone() == (3,)
    assert violated(owner) == set()


def test_a_month_that_is_too_large_is_reported(warehouse: Any, owner: Owner) -> None:
    for day in ("2026-01-05", "2026-01-06", "2026-02-01"):
        owner.execute(
            "INSERT INTO raw_data.events_raw (event_offset, event_id, event_type, ts, partition_key, payload,"
            " ingested_at, ingested_by, stream_id)"
            " VALUES (1, gen_random_uuid(), 'x', %s, 'p', '{}', now(), 'test', 'log')",
            [day],
        )
    moved = empty_default_partition(warehouse.url("airflow_user"), 1)
    assert moved == Moved({"2026-02": 1}, {"2026-01": 2})


def test_partitions_ahead(warehouse: Any) -> None:
    url = warehouse.url("airflow_user")
    assert make_partitions(url, 3) == 0
    assert make_partitions(url, 5) == 2


def test_retention_keeps_the_months_that_are_configured(
    three_months: Store, warehouse: Any, owner: Owner, folder: Path
) -> None:
    """This month, the six before it, and whatever is not in a file."""
    (age,) = owner.execute(
        "SELECT (extract(year FROM a) * 12 + extract(month FROM a))::integer"
        " FROM age(date_trunc('month', now(), 'UTC'), '2026-03-01T00:00:00Z') AS a"
    ).fetchone() or (0,)
    url = warehouse.url("restaurant_user")
    assert [one.month for one in keep_months(url, age + 1, folder)] == ["2026-01"]
    assert [one.month for one in keep_months(url, age, folder)] == ["2026-02"]
    assert list(keep_months(url, age, folder)) == []
    assert partitions(owner) == {"2026_03", "default"}
    assert violated(owner) == set()


def test_retention_is_the_owners_alone(
    three_months: Store, warehouse: Any, owner: Owner, folder: Path
) -> None:
    with pytest.raises(ConfigurationError, match="may not drop partitions"):
        list(keep_months(warehouse.url("airflow_user"), 1, folder))
    assert len(partitions(owner)) == 4


def test_the_planner_knows_how_many_events_there_are(
    three_months: Store, warehouse: Any, owner: Owner
) -> None:
    analyze(warehouse.url("airflow_user"))
    known = "SELECT reltuples::integer FROM pg_class WHERE oid = 'raw_data.events_raw'::regclass"
    assert owner.execute(known).fetchone() == (12,)
