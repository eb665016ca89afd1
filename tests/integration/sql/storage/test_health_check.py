"""Each component of health_check(): broken, seen, and repaired as its remedy says."""

from contextlib import ExitStack
from typing import Any

import pytest

pytestmark = pytest.mark.integration

COMPONENTS = ["database", "freshness", "lag", "dead_letters", "gaps", "partitions", "lease", "rollups"]


@pytest.fixture
def running(owner: Any) -> Any:
    """A warehouse into which a writer streams at this moment."""
    owner.execute(
        "INSERT INTO raw_data.stream_checkpoints (stream, stream_id, event_offset, committed_at, head_offset,"
        " head_seen_at, fence, holder, lease_renewed_at)"
        " VALUES ('restaurant', 'log', 100, now(), 100, now(), 1, 'me', now())"
    )
    return owner


def check(warehouse: Any, component: str) -> tuple[str, str]:
    """Status and reason, as an analyst sees them. Whatever is not well comes with a remedy."""
    rows = everything(warehouse)
    for status, details in rows.values():
        assert ("remedy" in details) == (status != "ok"), details
    status, details = rows[component]
    return status, details["reason"]


def everything(warehouse: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    with warehouse.connect("analytics_reader") as reader:
        rows = reader.execute("SELECT component, status, details FROM analytics.health_check()").fetchall()
    assert [row[0] for row in rows] == COMPONENTS
    return {component: (status, details) for component, status, details in rows}


def ago(owner: Any, column: str, seconds: int) -> None:
    statement = f"UPDATE raw_data.stream_checkpoints SET {column} = now() - make_interval(secs => %s)"
    owner.execute(statement.encode(), [seconds])


def test_all_is_well(warehouse: Any, running: Any) -> None:
    assert {status for status, _ in everything(warehouse).values()} == {"ok"}


def test_before_the_first_event(warehouse: Any, owner: Any) -> None:
    """A checkpoint that a writer has just taken has ingested nothing either."""
    for _ in range(2):
        assert check(warehouse, "freshness") == ("warn", "never_ingested")
        assert check(warehouse, "lag") == ("warn", "never_ingested")
        owner.execute(
            "INSERT INTO raw_data.stream_checkpoints (stream) VALUES ('restaurant') ON CONFLICT DO NOTHING"
        )
    assert check(warehouse, "lease") == ("warn", "never_held")


def test_database_runs_out_of_connections(warehouse: Any, running: Any) -> None:
    (limit,) = running.execute("SELECT current_setting('max_connections')::int").fetchone()
    running.execute("UPDATE analytics.thresholds SET value = 0.10 WHERE name = 'database_connections_warn'")
    running.execute("UPDATE analytics.thresholds SET value = 0.20 WHERE name = 'database_connections_error'")
    assert check(warehouse, "database") == ("ok", "serving")
    with ExitStack() as stack:
        for _ in range(limit // 10 + 2):
            stack.enter_context(warehouse.connect("analytics_reader"))
        assert check(warehouse, "database") == ("warn", "connections")
        for _ in range(limit // 10 + 2):
            stack.enter_context(warehouse.connect("analytics_reader"))
        assert check(warehouse, "database") == ("error", "connections")
    # A backend takes a moment to go after its client has.
    for _ in range(100):
        if check(warehouse, "database")[0] == "ok":
            break
        running.execute("SELECT pg_sleep(0.05)")
    assert check(warehouse, "database") == ("ok", "serving")


def test_database_needs_freezing(warehouse: Any, running: Any) -> None:
    running.execute("UPDATE analytics.thresholds SET value = 0 WHERE name = 'database_xid_age_warn'")
    assert check(warehouse, "database") == ("warn", "xid_age")


def test_freshness(warehouse: Any, running: Any) -> None:
    running.execute("UPDATE raw_data.stream_checkpoints SET head_offset = 101")
    ago(running, "committed_at", 10)
    assert check(warehouse, "freshness") == ("ok", "fresh")
    ago(running, "committed_at", 400)
    assert check(warehouse, "freshness") == ("warn", "stale")
    ago(running, "committed_at", 4000)
    assert check(warehouse, "freshness") == ("error", "stale")
    ago(running, "committed_at", 0)
    assert check(warehouse, "freshness") == ("ok", "fresh")


def test_a_quiet_source_is_not_stale(warehouse: Any, running: Any) -> None:
    ago(running, "committed_at", 4000)
    assert check(warehouse, "freshness") == ("ok", "caught_up")
    ago(running, "committed_at", 100_000)
    assert check(warehouse, "freshness") == ("warn", "nothing_new")
    # That it had nothing new was seen too long ago to count.
    ago(running, "head_seen_at", 4000)
    assert check(warehouse, "freshness") == ("error", "stale")


def test_lag(warehouse: Any, running: Any) -> None:
    for head, expected in (
        (100, ("ok", "keeping_up")),
        (20_000, ("warn", "behind")),
        (2_000_000, ("error", "behind")),
        (90, ("ok", "keeping_up")),
        (None, ("ok", "head_unknown")),
    ):
        running.execute("UPDATE raw_data.stream_checkpoints SET head_offset = %s", [head])
        assert check(warehouse, "lag") == expected
    assert "lag_events" not in everything(warehouse)["lag"][1]


def test_lag_by_an_outdated_head_is_not_believed(warehouse: Any, running: Any) -> None:
    ago(running, "head_seen_at", 4000)
    assert check(warehouse, "lag") == ("warn", "head_outdated")


def test_dead_letters(warehouse: Any, running: Any) -> None:
    insert = (
        "INSERT INTO raw_data.dead_letters"
        " (stream, event_offset, reason_code, detail, received, first_seen, last_seen)"
        " SELECT 'restaurant', n, 'invalid_json', 'line 1', 'x', now(), now()"
        " FROM generate_series(%s::int, %s) AS n"
    )
    running.execute(insert, [1, 1])
    assert check(warehouse, "dead_letters") == ("warn", "open")
    running.execute(insert, [2, 101])
    assert check(warehouse, "dead_letters") == ("error", "open")
    assert everything(warehouse)["dead_letters"][1]["by_reason"] == {"invalid_json": 101}
    running.execute("UPDATE raw_data.dead_letters SET resolved_at = now(), resolution = 'discarded'")
    assert check(warehouse, "dead_letters") == ("ok", "none")


@pytest.mark.parametrize(
    ("kind", "missing", "expected"),
    [
        ("hole", 3, ("warn", "hole")),
        ("retention", 7, ("error", "lost")),
        ("stream_lost", None, ("error", "lost")),
    ],
)
def test_gaps(
    warehouse: Any, running: Any, kind: str, missing: int | None, expected: tuple[str, str]
) -> None:
    running.execute(
        "INSERT INTO raw_data.stream_gaps (stream, kind, requested, missing, detected_at)"
        " VALUES ('restaurant', %s, 'log-100', %s, now())",
        [kind, missing],
    )
    assert check(warehouse, "gaps") == expected
    running.execute("UPDATE raw_data.stream_gaps SET acknowledged_at = now()")
    assert check(warehouse, "gaps") == ("ok", "none")


def test_no_partitions_ahead(warehouse: Any, running: Any) -> None:
    def drop(month: str) -> None:
        (name,) = running.execute(
            "SELECT to_char(now() AT TIME ZONE 'UTC' + %s::interval, '\"raw_data.events_raw_\"YYYY_MM')",
            [month],
        ).fetchone()
        running.execute(f"DROP TABLE {name}".encode())

    for month in ("1 month", "2 months", "3 months"):
        drop(month)
    assert check(warehouse, "partitions") == ("warn", "few_ahead")
    drop("0 months")
    assert check(warehouse, "partitions") == ("error", "this_month_missing")
    running.execute("SELECT raw_data.ensure_partitions(now(), now() + interval '3 months')")
    assert check(warehouse, "partitions") == ("ok", "ahead")


def test_rows_in_the_default_partition(warehouse: Any, running: Any, books: Any) -> None:
    books.event("loyalty_points_earned")
    assert check(warehouse, "partitions") == ("warn", "rows_in_default")
    details = everything(warehouse)["partitions"][1]
    running.execute(
        "SELECT raw_data.ensure_partitions(%s, %s)",
        [details["oldest_in_default"], details["newest_in_default"]],
    )
    assert check(warehouse, "partitions") == ("ok", "ahead")


def test_lease(warehouse: Any, running: Any) -> None:
    assert check(warehouse, "lease") == ("ok", "held")
    ago(running, "lease_renewed_at", 20)
    assert check(warehouse, "lease") == ("warn", "expired")
    ago(running, "lease_renewed_at", 100)
    assert check(warehouse, "lease") == ("error", "expired")
    ago(running, "lease_renewed_at", 0)
    assert check(warehouse, "lease") == ("ok", "held")


def test_lease_given_back(warehouse: Any, running: Any) -> None:
    """Between two polls nobody holds it, and all is well; a while later nobody is coming."""
    running.execute("UPDATE raw_data.stream_checkpoints SET holder = NULL, lease_renewed_at = NULL")
    assert check(warehouse, "lease") == ("ok", "free")
    ago(running, "committed_at", 1000)
    assert check(warehouse, "lease") == ("ok", "free")
    ago(running, "head_seen_at", 1000)
    assert check(warehouse, "lease") == ("warn", "nobody")
    running.execute("UPDATE raw_data.stream_checkpoints SET committed_at = NULL, head_seen_at = NULL")
    assert check(warehouse, "lease") == ("warn", "nobody")


def test_the_worst_stream_speaks(warehouse: Any, running: Any) -> None:
    running.execute(
        "INSERT INTO raw_data.stream_checkpoints (stream, committed_at, head_offset, head_seen_at)"
        " VALUES ('another', now() - interval '1 day', 5, now())"
    )
    status, details = everything(warehouse)["freshness"]
    assert (status, details["stream"]) == ("error", "another")


def test_a_missing_threshold_is_an_error_and_not_a_pass(warehouse: Any, running: Any) -> None:
    running.execute("DELETE FROM analytics.thresholds WHERE name = 'lag_warn'")
    with pytest.raises(Exception, match="no row named lag_warn"):
        everything(warehouse)
