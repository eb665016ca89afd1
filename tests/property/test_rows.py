"""The two ways into the typed tables agree: rows formatted here, and rows that PostgreSQL makes of the JSON."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from restaurant_warehouse.contract import restaurant_parser
from restaurant_warehouse.event_types import EVENT_TYPES
from restaurant_warehouse.typed.tables import RestaurantTables
from sse_ingest.database.connection import connect
from sse_ingest.events import Event
from sse_ingest.store import incoming
from tests.support.core import SCHEMAS
from tests.support.events import frame, moment, payload
from tests.support.examples import examples
from tests.support.warehouse import deliveries
from tests.support.warehouse.change_order_law import SINGLE

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30
) | st.sampled_from(
    [
        '"',
        "\\",
        "\\n",
        "a\nb",
        "\t",
        "\r\n",
        "null",
        "",
        ",",
        "\\.",
        '"]\n["',
        "]\\n[",
        "ÄÖ🍜",
        "\u2028",
        "\x7f",
    ]
)
money = st.decimals(0, 9_999_999, places=2, allow_nan=False).flatmap(
    lambda amount: st.sampled_from([str(amount), str(amount.normalize()), str(amount + Decimal("0.00"))])
)
bills: st.SearchStrategy[dict[str, str]] = st.sampled_from(
    [
        {"rounding": "-0.02", "total": "12.48", "amount": "12.48"},
        {"discount": "1.5", "service_charge": "1.50", "rounding": "0"},
    ]
)
"""More fields of a payment that add up with the others."""
OPTIONAL: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "order_created": {
        "visit_id": texts,
        "customer_id": texts,
        "city": texts,
        "location_code": texts,
        "guest_count": st.integers(0, 100_000),
        "currency": st.sampled_from(["CAD", None]),
        "channel": texts,
    },
    "order_item_added": {
        "menu_item_id": texts,
        "category": texts | st.none(),
        "item_name": texts,
        "extended_price": money | st.none(),
        "qty": st.sampled_from([1, "2.50", "0.001", "1E2", 3.5]),
        "tax_included": st.booleans() | st.none(),
        "kind": st.sampled_from(["sale", "gift_card", None]),
        "currency": st.sampled_from(["CAD", None]),
        "parent_item_id": st.uuids().map(str),
    },
    "order_status_changed": {
        "status": st.sampled_from(["pending", "preparing", "ready", "completed", "cancelled"]),
        "changed_ts": st.sampled_from([moment(0), moment(1)]),
    },
    "payment_captured": {
        "method": texts,
        "provider": texts | st.none(),
        "tip": money,
        "total": money,
        "currency": st.sampled_from(["USD", None]),
    },
    "payment_refunded": {"reason": texts | st.none()},
    "payment_voided": {"reason": texts | st.none()},
    "order_item_voided": {"reason": texts},
    "discount_applied": {
        "name": texts,
        "order_item_id": st.uuids().map(str) | st.none(),
        "amount": st.just("0.5"),
    },
    "service_charge_added": {"name": texts | st.none(), "gratuity": st.booleans() | st.none()},
    "feedback_submitted": {"comment": texts | st.none(), "nps": st.integers(0, 10) | st.none()},
    "menu_item_changed": {
        "name": texts,
        "category": texts | st.none(),
        "price": money | st.none(),
        "cost": money | st.none(),
    },
    "customer_changed": {"city": texts | st.none(), "membership": texts | st.none()},
}


@st.composite
def batches(draw: st.DrawFn) -> list[Event]:
    """Orders, each key once, in any order: what goes straight into the tables."""
    kinds = [(kind, part) for kind in SINGLE for part in range(1 if kind == "order_created" else 2)]
    drawn = draw(st.lists(st.tuples(st.sampled_from(kinds), st.integers(1, 3)), unique=True, max_size=20))
    events = []
    for offset, ((kind, part), order) in enumerate(drawn, 1):
        fields = draw(st.fixed_dictionaries({}, optional=OPTIONAL.get(kind, {})))
        if kind == "payment_captured" and draw(st.booleans()):
            fields = draw(bills)
        version = draw(st.sampled_from([None, 0, 7, 2**63 - 1]))
        body, at = payload(kind, order, part, **fields), draw(st.integers(0, 2))
        parsed = restaurant_parser().parse(frame(offset, kind, body, seconds=at, version=version))
        assert isinstance(parsed, Event), parsed
        events.append(parsed)
    return events


@pytest.fixture
def writer(warehouse: Any) -> Iterator[psycopg.Connection[Any]]:
    with connect(warehouse.url("airflow_user"), "test", SCHEMAS) as connection:
        incoming.prepare(connection)
        yield connection


def tables(connection: psycopg.Connection[Any], events: list[Event], *, direct: bool) -> dict[str, list[str]]:
    """What the events come to, by one way; nothing of it stays."""
    with connection.transaction(force_rollback=True), connection.cursor() as cursor:
        if direct:
            typed = RestaurantTables()
            rows = typed.rows()
            rows.extend(events)
            typed.add(cursor, rows, events)
        else:
            incoming.stage(cursor, events)
            RestaurantTables().merge(cursor, EVENT_TYPES.keys())
        return {
            name: sorted(row[0] for row in cursor.execute(f"SELECT t::text FROM {name} AS t".encode()))
            for name in deliveries.TABLES
        }


@hypothesis_settings(
    max_examples=examples(150),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(events=batches())
def test_both_ways_give_the_same_rows(writer: psycopg.Connection[Any], events: list[Event]) -> None:
    direct = tables(writer, events, direct=True)

    assert direct == tables(writer, events, direct=False)
    assert sum(map(len, direct.values())) == len(events)
