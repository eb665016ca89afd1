"""Views, functions and grants are applied when they change, rebuilt when they must, and never with CASCADE."""

import threading
import time
from dataclasses import replace
from typing import Any

import pytest
from psycopg.errors import UndefinedTable

from sql.tool import migrate as migrations
from sql.tool import repeatables
from sql.tool.errors import ForeignDependentsError, ObjectsInUseError
from sql.tool.repeatables import Repeatable

pytestmark = pytest.mark.integration

DAILY = "analytics/daily_sales"
NARROW = "CREATE OR REPLACE VIEW analytics.daily_sales AS SELECT 1 AS day, 'LOC-1' AS location_code, 'CAD' AS currency"


def with_text(name: str, text: str) -> list[Repeatable]:
    return [replace(one, text=text) if one.name == name else one for one in repeatables.on_disk()]


def apply(owner: Any, wanted: list[Repeatable]) -> list[str]:
    owner.execute("SET ROLE restaurant_owner")
    try:
        return repeatables.apply(owner, wanted)
    finally:
        owner.execute("RESET ROLE")


def may_read(owner: Any, role: str = "analytics_reader") -> bool:
    return bool(
        owner.execute("SELECT has_table_privilege(%s, 'analytics.daily_sales', 'SELECT')", [role]).fetchone()[
            0
        ]
    )


def test_nothing_changed_nothing_done(owner: Any) -> None:
    assert apply(owner, repeatables.on_disk()) == []


def test_a_changed_view_is_replaced_in_place(owner: Any) -> None:
    (before,) = owner.execute("SELECT 'analytics.daily_sales'::regclass::oid").fetchone()
    text = next(one.text for one in repeatables.on_disk() if one.name == DAILY)
    changed = text.replace("round(sum(tip)", "round(1.0 * sum(tip)")
    assert changed != text
    assert apply(owner, with_text(DAILY, changed)) == [DAILY]
    assert owner.execute("SELECT 'analytics.daily_sales'::regclass::oid").fetchone() == (before,)


def test_a_view_that_lost_columns_is_made_again_with_its_grants(
    cluster: Any, warehouse: Any, owner: Any
) -> None:
    """Those of grants.sql, and those that somebody gave by hand."""
    owner.execute("GRANT SELECT ON analytics.daily_sales TO pg_monitor")
    assert apply(owner, with_text(DAILY, NARROW)) == [DAILY]
    assert owner.execute("SELECT * FROM analytics.daily_sales").fetchall() == [(1, "LOC-1", "CAD")]
    assert may_read(owner)
    assert may_read(owner, "pg_monitor")
    assert not may_read(owner, "airflow_user")


def test_a_foreign_dependent_is_named_and_nothing_is_lost(owner: Any) -> None:
    owner.execute("CREATE VIEW staging.of_an_analyst AS SELECT day FROM analytics.daily_sales")
    with pytest.raises(
        ForeignDependentsError, match=r"view staging\.of_an_analyst depends on view .*daily_sales"
    ):
        apply(owner, with_text(DAILY, NARROW))
    assert owner.execute("SELECT * FROM staging.of_an_analyst").fetchall() == []
    assert may_read(owner)
    owner.execute("DROP VIEW staging.of_an_analyst")
    assert apply(owner, with_text(DAILY, NARROW)) == [DAILY]


def test_a_function_with_other_arguments_replaces_the_old_one(owner: Any) -> None:
    name = "analytics/remedy"
    text = "CREATE OR REPLACE FUNCTION analytics.remedy(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'"
    assert apply(owner, with_text(name, text)) == [name]
    assert owner.execute(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE proname = 'remedy'"
    ).fetchall() == [("analytics.remedy(integer)",)]


def test_a_function_that_returns_something_else(owner: Any) -> None:
    name = "analytics/remedy"
    text = (
        "CREATE OR REPLACE FUNCTION analytics.remedy(a text, b text) RETURNS int LANGUAGE sql AS 'SELECT 1'"
    )
    assert apply(owner, with_text(name, text)) == [name]
    assert owner.execute("SELECT analytics.remedy('a', 'b')").fetchone() == (1,)


def test_what_has_no_file_any_more_is_dropped(owner: Any) -> None:
    extra = Repeatable("analytics/passing", "CREATE OR REPLACE VIEW analytics.passing AS SELECT 1 AS one")
    assert apply(owner, [extra, *repeatables.on_disk()]) == ["analytics/passing"]
    assert apply(owner, repeatables.on_disk()) == ["analytics/passing"]
    assert owner.execute("SELECT to_regclass('analytics.passing')").fetchone() == (None,)


def test_a_grant_taken_out_of_the_file_is_taken_away(owner: Any) -> None:
    grants = repeatables.on_disk()[-1]
    line = "GRANT SELECT ON analytics.daily_sales TO restaurant_reader;\n"
    assert line in grants.text
    assert apply(owner, with_text(grants.name, grants.text.replace(line, ""))) == [grants.name]
    assert not may_read(owner)


def test_triggers_are_made_between_two_batches(warehouse: Any, owner: Any) -> None:
    """A batch that has inserted its event ids goes on to all its tables, in whatever order."""
    triggers = [one.name for one in repeatables.on_disk() if repeatables.TRIGGER in one.text]
    changed = [
        replace(one, text=f"{one.text}\n") if one.name in triggers else one for one in repeatables.on_disk()
    ]
    results: list[list[str]] = []
    with warehouse.connect("airflow_user") as batch:
        batch.execute("LOCK TABLE raw_data.event_ids, analytics.orders IN ROW EXCLUSIVE MODE")
        run = threading.Thread(target=lambda: results.append(apply(owner, changed)))
        run.start()
        with warehouse.connect("restaurant_user", autocommit=True) as other:
            while not other.execute("SELECT FROM pg_locks WHERE NOT granted").fetchall():
                assert run.is_alive()
        batch.execute("SET lock_timeout = '500ms'")
        for table in ("feedback", "order_items", "payments", "refunds"):
            batch.execute(f"LOCK TABLE analytics.{table} IN ROW EXCLUSIVE MODE".encode())
        batch.commit()
    run.join()
    assert results == [triggers]


def test_an_idle_reader_is_waited_for_briefly(
    warehouse: Any, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes on as soon as the reader has gone; other readers are never kept for longer than one attempt."""
    wanted = with_text(DAILY, NARROW)
    monkeypatch.setattr(repeatables, "on_disk", lambda: wanted)
    reader = warehouse.connect("analytics_reader")
    reader.execute("SELECT * FROM analytics.daily_sales")
    run = threading.Thread(target=migrations.migrate, args=[warehouse.url("restaurant_user")])
    run.start()
    time.sleep(2.5)
    reader.close()
    run.join()
    assert owner.execute("SELECT * FROM analytics.daily_sales").fetchall() == [(1, "LOC-1", "CAD")]


def test_a_reader_that_stays_is_an_error_that_says_so(
    warehouse: Any, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = with_text(DAILY, NARROW)
    monkeypatch.setattr(repeatables, "on_disk", lambda: wanted)
    monkeypatch.setattr(migrations, "ATTEMPTS", 2)
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT", "50ms")
    with warehouse.connect("analytics_reader") as reader:
        reader.execute("SELECT * FROM analytics.daily_sales")
        with pytest.raises(ObjectsInUseError, match="pg_stat_activity"):
            migrations.migrate(warehouse.url("restaurant_user"))
        assert may_read(owner)


def test_a_view_may_read_one_whose_name_comes_later(owner: Any) -> None:
    early = Repeatable(
        "analytics/a_summary", "CREATE VIEW analytics.a_summary AS SELECT * FROM analytics.z_days"
    )
    late = Repeatable("analytics/z_days", "CREATE VIEW analytics.z_days AS SELECT 7 AS day")
    *objects, grants = repeatables.on_disk()
    assert apply(owner, [early, *objects, late, grants]) == [early.name, late.name]
    assert owner.execute("SELECT * FROM analytics.a_summary").fetchall() == [(7,)]


def test_what_reads_something_that_is_nowhere_is_an_error(owner: Any) -> None:
    lost = Repeatable(
        "analytics/a_summary", "CREATE VIEW analytics.a_summary AS SELECT * FROM analytics.nowhere"
    )
    with pytest.raises(UndefinedTable, match="nowhere"):
        apply(owner, [lost, *repeatables.on_disk()])


def test_our_own_views_are_made_again_with_what_they_read(owner: Any) -> None:
    """A function that answers otherwise has to be dropped, and its views before it, whatever grants they had."""
    owner.execute("GRANT SELECT ON analytics.daily_sales TO pg_monitor")
    name = "analytics/rollup_diff_sales"
    text = next(one.text for one in repeatables.on_disk() if one.name == name)
    wider = text.replace("currency text\n)", "currency text, more integer\n)")
    assert wider != text
    assert apply(owner, with_text(name, wider)) == [name]
    assert may_read(owner)
    assert may_read(owner, "pg_monitor")
