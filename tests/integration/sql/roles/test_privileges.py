"""Who may do what: the whole role x object x privilege table as a literal, denials included."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from tests.support.warehouse.privileges import COLUMNS, FUNCTIONS, NONE, SCHEMAS, TABLES

pytestmark = pytest.mark.integration

LOGINS = ("restaurant_user", "airflow_user", "analytics_reader")
TABLE_PRIVILEGES = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"]


@pytest.fixture(scope="module")
def warehouse(fresh_warehouse: Callable[[], AbstractContextManager[Any]]) -> Iterator[Any]:
    """One for all tests: each leaves it as it is."""
    with fresh_warehouse() as fresh:
        yield fresh


def may(connection: psycopg.Connection[Any], role: str, kind: str, name: str, privileges: list[str]) -> str:
    """Those of `privileges` that `role` has on `name`, by has_<kind>_privilege."""
    question = f"SELECT has_{kind}_privilege(%s, %s, %s)".encode()
    return " ".join(
        p for p in privileges if connection.execute(question, [role, name, p]).fetchall() == [(True,)]
    )


def objects(connection: psycopg.Connection[Any], kinds: str) -> set[str]:
    rows = connection.execute(
        "SELECT oid::regclass::text FROM pg_class WHERE relkind = ANY(%s)"
        " AND relnamespace IN ('raw_data'::regnamespace, 'analytics'::regnamespace, 'staging'::regnamespace)",
        [list(kinds)],
    )
    return {row[0] for row in rows}


def months(connection: psycopg.Connection[Any]) -> set[str]:
    return {name for name in objects(connection, "r") if name.startswith("raw_data.events_raw_2")}


def test_every_table_and_view_stands_in_the_table(owner: psycopg.Connection[Any]) -> None:
    assert objects(owner, "rpvmf") - months(owner) == set(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_privileges_on_tables_and_views(owner: psycopg.Connection[Any], name: str) -> None:
    expected = (" ".join(TABLE_PRIVILEGES), *TABLES[name])
    granted = tuple(may(owner, role, "table", name, TABLE_PRIVILEGES) for role in LOGINS)
    assert granted == expected


@pytest.mark.parametrize("role", ["airflow_user", "analytics_reader"])
def test_privileges_on_single_columns(owner: psycopg.Connection[Any], role: str) -> None:
    rows = owner.execute(
        "SELECT format('%%s.%%s', attrelid::regclass, attname), attrelid::regclass::text, attname, privilege"
        " FROM pg_attribute, unnest('{SELECT,INSERT,UPDATE,REFERENCES}'::text[]) AS privilege"
        " WHERE attrelid::regclass::text = ANY(%s) AND attnum > 0 AND NOT attisdropped"
        " AND has_column_privilege(%s, attrelid, attnum, privilege)"
        " AND NOT has_table_privilege(%s, attrelid, privilege)",
        [list(TABLES), role, role],
    ).fetchall()
    granted: dict[tuple[str, str, str], set[str]] = {}
    for _, table, column, privilege in rows:
        granted.setdefault((role, table, privilege), set()).add(column)
    assert granted == {key: columns for key, columns in COLUMNS.items() if key[0] == role}


@pytest.mark.parametrize("role", ["airflow_user", "analytics_reader"])
def test_partitions_and_sequences_are_reached_through_their_tables_only(
    owner: psycopg.Connection[Any], role: str
) -> None:
    assert len(months(owner)) >= 3
    for name in months(owner):
        assert may(owner, role, "table", name, TABLE_PRIVILEGES) == NONE
    for name in objects(owner, "S"):
        assert may(owner, role, "sequence", name, ["USAGE", "SELECT", "UPDATE"]) == NONE


def test_privileges_on_functions(owner: psycopg.Connection[Any]) -> None:
    rows = owner.execute(
        "SELECT oid::regprocedure::text FROM pg_proc"
        " WHERE pronamespace IN ('raw_data'::regnamespace, 'analytics'::regnamespace)"
    ).fetchall()
    granted = {
        name: tuple(bool(may(owner, role, "function", name, ["EXECUTE"])) for role in LOGINS)
        for (name,) in rows
    }
    assert granted == {name: (True, *expected) for name, expected in FUNCTIONS.items()}


def test_privileges_on_schemas(owner: psycopg.Connection[Any]) -> None:
    for name, expected in SCHEMAS.items():
        granted = tuple(may(owner, role, "schema", name, ["USAGE", "CREATE"]) for role in LOGINS[1:])
        assert granted == expected, name
    for name in ("raw_data", "analytics", "staging"):
        assert may(owner, "restaurant_user", "schema", name, ["USAGE", "CREATE"]) == "USAGE CREATE"


def test_everything_belongs_to_the_owner_who_cannot_log_in(owner: psycopg.Connection[Any]) -> None:
    strays = owner.execute(
        "SELECT oid::regclass::text, relowner::regrole::text FROM pg_class"
        " WHERE relnamespace IN ('raw_data'::regnamespace, 'analytics'::regnamespace)"
        " AND relowner <> 'restaurant_owner'::regrole"
        " UNION ALL SELECT oid::regprocedure::text, proowner::regrole::text FROM pg_proc"
        " WHERE pronamespace IN ('raw_data'::regnamespace, 'analytics'::regnamespace)"
        " AND proowner <> 'restaurant_owner'::regrole"
    ).fetchall()
    assert strays == []
    assert owner.execute(
        "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'restaurant_owner'"
    ).fetchall() == [(False,)]


def test_every_function_that_runs_as_its_owner_has_a_fixed_search_path(
    owner: psycopg.Connection[Any],
) -> None:
    rows = owner.execute(
        # A body that was parsed when it was made looks nothing up any more.
        "SELECT proname, prosecdef,"
        " 'search_path=pg_catalog, pg_temp' = ANY(coalesce(proconfig, '{}')) OR prosqlbody IS NOT NULL"
        " FROM pg_proc WHERE pronamespace IN ('raw_data'::regnamespace, 'analytics'::regnamespace)"
    ).fetchall()
    assert [name for name, _, fixed in rows if not fixed] == []
    definers = {name for name, definer, _ in rows if definer}
    assert definers == {
        "cash_up_of_currency",
        "analyze_events",
        "abnormality_of_hours",
        "arrived_before",
        "completeness",
        "rollup_diff_bills",
        "rollup_diff_deductions",
        "rollup_delta_feedback",
        "rollup_diff_menu",
        "rollup_diff_payments",
        "rollup_diff_movements",
        "rollup_diff_sales",
        "daily_sales_as_known_at",
        "delete_old_results",
        "empty_default_partition",
        "empty_rollups",
        "ensure_partitions",
        *("event_watermark", "expected_today", "last_hour_of_ingest", "last_hour_of_sales"),
        "get_latest_offset",
        "health_check",
        "newest_business_date",
        "trg_invalidate_bills",
        "newest_moment",
        "orders_without_future",
        "trg_invalidate_feedback",
        "trg_invalidate_items",
        "trg_invalidate_locations",
        "trg_invalidate_orders",
        "trg_invalidate_payments",
        "trg_invalidate_refunds",
        "trg_invalidate_thresholds",
        "trg_record_future",
        "open_refresh",
        "refresh_rollups",
        "reset_rollups",
        "validate_data_consistency",
    }


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("airflow_user", "UPDATE raw_data.events_raw SET payload = '{}'"),
        ("airflow_user", "DELETE FROM raw_data.events_raw"),
        ("airflow_user", "TRUNCATE raw_data.events_raw"),
        ("airflow_user", "DELETE FROM raw_data.event_ids"),
        ("airflow_user", "UPDATE raw_data.dead_letters SET resolution = 'discarded', resolved_at = now()"),
        ("airflow_user", "DELETE FROM analytics.orders"),
        ("airflow_user", "DELETE FROM analytics.data_quality_results"),
        ("airflow_user", "DELETE FROM analytics.payment_scores"),
        ("airflow_user", "UPDATE analytics.thresholds SET value = 0"),
        ("airflow_user", "SELECT * FROM analytics.audit_log"),
        ("airflow_user", "UPDATE analytics.data_quality_results SET accepted_at = now()"),
        ("airflow_user", "CREATE TABLE raw_data.mine (a int)"),
        ("airflow_user", "CREATE TABLE analytics.mine (a int)"),
        ("airflow_user", "CREATE TABLE public.mine (a int)"),
        ("airflow_user", "DROP TABLE analytics.orders"),
        ("airflow_user", "SET ROLE restaurant_owner"),
        ("analytics_reader", "SELECT payload FROM raw_data.events_raw"),
        ("analytics_reader", "SELECT * FROM raw_data.dead_letters"),
        ("analytics_reader", "SELECT * FROM analytics.audit_log"),
        ("analytics_reader", "INSERT INTO analytics.thresholds VALUES ('a', 1, 'b', 'c')"),
        ("analytics_reader", "UPDATE analytics.orders SET tip = 0"),
        ("analytics_reader", "CREATE TABLE staging.mine (a int)"),
        ("analytics_reader", "CREATE TEMP TABLE mine (a int)"),
        ("analytics_reader", "SELECT raw_data.ensure_partitions(now(), now())"),
        ("analytics_reader", "SELECT * FROM analytics.raw_violations()"),
        ("analytics_reader", "SELECT * FROM raw_data.empty_default_partition()"),
        ("analytics_reader", "SELECT * FROM analytics.delete_old_results()"),
    ],
)
def test_it_is_refused(warehouse: Any, role: str, statement: str) -> None:
    with warehouse.connect(role) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(statement)


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("airflow_user", "CREATE TEMP TABLE mine (a int)"),
        ("airflow_user", "CREATE TABLE staging.mine (a int)"),
        ("airflow_user", "SELECT raw_data.ensure_partitions('2011-01-01', '2011-02-01')"),
        ("airflow_user", "SELECT * FROM raw_data.empty_default_partition()"),
        ("airflow_user", "SELECT raw_data.analyze_events()"),
        ("airflow_user", "SELECT * FROM analytics.delete_old_results()"),
        ("airflow_user", "INSERT INTO analytics.audit_log (action, object) VALUES ('tried', 'this')"),
        ("airflow_user", "SELECT * FROM analytics.validate_data_consistency()"),
        (
            "airflow_user",
            "INSERT INTO raw_data.dead_letters"
            " (stream, reason_code, detail, received, first_seen, last_seen)"
            " SELECT 's', 'r', 'd', 'bytes', now(), now() FROM generate_series(1, 1)"
            " ON CONFLICT (stream, stream_id, event_offset, received_hash)"
            " DO UPDATE SET attempts = dead_letters.attempts + 1, last_seen = excluded.last_seen",
        ),
        ("analytics_reader", "SELECT * FROM analytics.health_check()"),
        ("analytics_reader", "SELECT * FROM analytics.validate_data_consistency()"),
        ("analytics_reader", "SELECT * FROM analytics.calculate_order_metrics(gen_random_uuid())"),
        ("analytics_reader", "SELECT analytics.get_latest_offset()"),
        *[("analytics_reader", f"SELECT * FROM {name}") for name, (_, read) in TABLES.items() if read],
    ],
)
def test_it_is_allowed(warehouse: Any, role: str, statement: str) -> None:
    with warehouse.connect(role) as connection:
        connection.execute(statement)
        connection.rollback()


def test_the_writer_copies_into_the_parent_and_ends_its_own_backends(warehouse: Any) -> None:
    with warehouse.connect("airflow_user") as first, warehouse.connect("airflow_user") as second:
        with first.cursor().copy("COPY raw_data.event_ids FROM STDIN") as copy:
            copy.write_row(("0" * 32, "2024-01-01", "log", 1, "\\x" + "00" * 16))
        assert second.execute("SELECT pg_terminate_backend(%s)", [first.info.backend_pid]).fetchone() == (
            True,
        )
        with pytest.raises(psycopg.OperationalError):
            first.execute("SELECT 1")


def test_what_the_writer_leaves_in_staging_its_owner_clears_away(
    warehouse: Any, owner: psycopg.Connection[Any]
) -> None:
    with warehouse.connect("airflow_user", autocommit=True) as writer:
        writer.execute("CREATE TABLE staging.leftover (a int)")
        owner.execute("TRUNCATE staging.leftover")
        writer.execute("DROP TABLE staging.leftover")
