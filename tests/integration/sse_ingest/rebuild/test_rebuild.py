"""Purity: what the raw events say, and what the live tables hold."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from sse_ingest.errors import ConfigurationError, RebuildRefused
from sse_ingest.rebuild.diff import Difference
from sse_ingest.rebuild.rebuild import Report, Request, rebuild
from sse_ingest.store.store import Store
from tests.support.core import owned
from tests.support.events import frame, lifecycle, parsed, payload, uid

pytestmark = pytest.mark.integration
Connection = psycopg.Connection[Any]
Rebuild = Callable[..., Report]
TABLES = (
    *("orders", "order_items", "order_status_history", "payments", "refunds", "feedback"),
    *("menu_item_changes", "customer_changes"),
)
SHADOWS = "SELECT count(*) FROM pg_namespace WHERE nspname = 'rebuild_shadow'"


@pytest.fixture
def rebuilt(warehouse: Any) -> Rebuild:
    return lambda **request: rebuild(owned(warehouse.url("restaurant_user")), Request(**request))


@pytest.fixture
def filled(store: Store) -> Store:
    """Three orders, whole."""
    for order in range(3):
        store.commit([parsed(one) for one in lifecycle(order, 1 + 7 * order)])
    return store


def only(report: Report) -> tuple[str, Difference]:
    """The one difference of a report."""
    assert report.differences == 1
    ((name, difference),) = [(name, one) for name, table in report.tables.items() for one in table.examples]
    return name, difference


def contents(owner: Connection) -> dict[str, list[tuple[Any, ...]]]:
    return {t: owner.execute(f"SELECT t::text FROM analytics.{t} AS t ORDER BY 1").fetchall() for t in TABLES}


def test_a_healthy_warehouse_differs_in_nothing(filled: Store, owner: Connection, rebuilt: Rebuild) -> None:
    report = rebuilt()

    assert (report.events, report.differences, report.applied) == (21, 0, None)
    assert {name: table.rows for name, table in report.tables.items()} == {
        "orders": 3,
        "order_items": 6,
        "order_status_history": 3,
        "payments": 3,
        "refunds": 3,
        "feedback": 3,
        "menu_item_changes": 0,
        "customer_changes": 0,
    }
    assert owner.execute(SHADOWS).fetchone() == (0,)


def test_an_empty_warehouse_differs_in_nothing(warehouse: Any, rebuilt: Rebuild) -> None:
    assert rebuilt(apply=True).differences == 0


def test_one_corrupted_row_is_reported_exactly(filled: Store, owner: Connection, rebuilt: Rebuild) -> None:
    owner.execute(
        "UPDATE analytics.orders SET total = 99.9, city = 'X' WHERE order_id = %s", [uid("order", 1)]
    )

    assert only(rebuilt()) == (
        "orders",
        Difference(
            "different",
            {"order_id": str(uid("order", 1))},
            {"city": "X", "total": "99.9"},
            {"city": None, "total": "12.50"},
        ),
    )


def test_the_same_amount_with_other_digits_is_a_difference(
    filled: Store, owner: Connection, rebuilt: Rebuild
) -> None:
    owner.execute("UPDATE analytics.refunds SET amount = 2 WHERE refund_id = %s", [uid("refund", 1, 0)])

    name, difference = only(rebuilt())

    assert (name, difference.live, difference.rebuilt) == ("refunds", {"amount": 2}, {"amount": "2.00"})


def test_a_deleted_and_an_added_row_are_reported_whole(
    filled: Store, owner: Connection, rebuilt: Rebuild
) -> None:
    owner.execute("DELETE FROM analytics.feedback WHERE feedback_id = %s", [uid("feedback", 2, 0)])
    name, missing = only(rebuilt())
    assert (name, missing.kind, missing.live) == ("feedback", "missing", None)
    assert missing.key == {"feedback_id": str(uid("feedback", 2, 0))}
    assert (missing.rebuilt or {})["rating"] == 5

    rebuilt(apply=True)
    owner.execute(
        "INSERT INTO analytics.order_status_history SELECT gen_random_uuid(), order_id, 'ready', changed_ts, event_ts"
        " FROM analytics.order_status_history LIMIT 1"
    )
    name, extra = only(rebuilt())
    assert (name, extra.kind, extra.rebuilt) == ("order_status_history", "extra", None)
    assert (extra.live or {})["status"] == "ready"


def test_apply_makes_the_tables_what_they_were(filled: Store, owner: Connection, rebuilt: Rebuild) -> None:
    before = contents(owner)
    owner.execute("UPDATE analytics.payments SET tip = 50, event_ts = '2100-01-01'")
    owner.execute("DELETE FROM analytics.orders WHERE order_id = %s", [uid("order", 0)])
    owner.execute("UPDATE analytics.order_items SET order_item_id = gen_random_uuid()")

    report = rebuilt(apply=True, examples=2)

    assert report.applied is not None
    assert {name: kinds for name, kinds in report.applied.items() if any(kinds.values())} == {
        "orders": {"missing": 1, "extra": 0, "different": 0},
        "order_items": {"missing": 6, "extra": 6, "different": 0},
        "payments": {"missing": 0, "extra": 0, "different": 3},
    }
    assert len(report.tables["order_items"].examples) == 2
    assert contents(owner) == before
    assert rebuilt().differences == 0
    audited = owner.execute("SELECT actor, action, details FROM analytics.audit_log").fetchall()
    assert [row[:2] for row in audited] == [("restaurant_user", "analytics_rebuilt")]
    assert audited[0][2]["corrected"]["payments"] == {"missing": 0, "extra": 0, "different": 3}
    assert len(audited[0][2]["examples"]["payments"]) == 2


def test_nothing_is_changed_without_apply(filled: Store, owner: Connection, rebuilt: Rebuild) -> None:
    owner.execute("UPDATE analytics.payments SET tip = 50")
    before = contents(owner)

    assert rebuilt().differences == 3

    assert contents(owner) == before
    assert owner.execute("SELECT count(*) FROM analytics.audit_log").fetchone() == (0,)


def test_a_foreign_stream_has_no_tables_whatever_its_types_are_called(
    filled: Store, owner: Connection, rebuilt: Rebuild
) -> None:
    owner.execute(
        "INSERT INTO raw_data.event_ids VALUES (%s, '2026-03-01', 'weather', 1, %s)", [uid("w"), b"x" * 16]
    )
    owner.execute(
        "INSERT INTO raw_data.events_raw VALUES"
        " (1, %s, 'order_created', '2026-03-01', 'weather', '3', now(), 'w', 'weather')",
        [uid("w")],
    )

    assert rebuilt().differences == 0


def test_it_refuses_when_raw_events_are_gone_and_names_the_month(
    filled: Store, owner: Connection, rebuilt: Rebuild
) -> None:
    february = frame(22, "order_created", payload("order_created", 9), seconds=-30 * 86_400)
    filled.commit([parsed(february)])
    owner.execute("DROP TABLE raw_data.events_raw_2026_02")
    before = contents(owner)

    with pytest.raises(RebuildRefused, match=r"2026-02 \(1 of 1 events\).*Restore them first"):
        rebuilt(apply=True)

    assert contents(owner) == before


def test_an_event_that_no_longer_fits_is_named(filled: Store, owner: Connection, rebuilt: Rebuild) -> None:
    owner.execute("ALTER TABLE analytics.feedback ADD CONSTRAINT no_tens CHECK (nps <> 10) NOT VALID")

    with pytest.raises(RebuildRefused, match="no_tens"):
        rebuilt()

    assert owner.execute(SHADOWS).fetchone() == (0,)


@pytest.mark.parametrize("role", ["airflow_user", "analytics_reader"])
def test_only_the_owner_may(warehouse: Any, role: str) -> None:
    with pytest.raises(ConfigurationError, match="INGEST_OWNER_URL"):
        rebuild(owned(warehouse.url(role)), Request())
