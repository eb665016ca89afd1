"""The menu and the guests through time, against a plain model: whatever order their changes come in."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from restaurant_warehouse.contract import restaurant_parser
from sse_ingest.events import Event
from tests.support.events import frame, moment, parsed, payload
from tests.support.examples import examples
from tests.support.warehouse import deliveries
from tests.support.warehouse.deliveries import Bench

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]
KINDS = ("menu_item_changed", "customer_changed", "order_created", "order_item_added")
instants = st.sampled_from([0, 1, 1.000001, 2, 3.5, 5]).map(moment)
Version = tuple[datetime, tuple[Any, ...]]
spellings = st.builds(
    "{0:%Y-%m-%d}{1}{0:%H:%M:%S}{2}{3}".format,
    st.datetimes(datetime.fromisoformat("1890-01-01"), datetime.fromisoformat("2210-01-01")),
    st.sampled_from(["T", "t", " "]),
    st.sampled_from(["", ".5", ".1234565", ".1234575", ".9999995", ".123456499", ".000000"]),
    st.sampled_from(["Z", "z", "+05:30", "-0530", "+15:59", "-16:00", ""]),
)
money = st.sampled_from(
    [None, 0, 5.25, "-0", "-0.00", "1E1", "1e-2", "007.50", "9999999999.99", "1e400", " 1"]
)


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    """Changes of two items and two guests, many at the same instant, and orders before, between and after them."""
    items: dict[Any, Event] = {}
    for offset in range(1, draw(st.integers(2, 16)) + 1):
        kind, order, part = draw(st.sampled_from(KINDS)), draw(st.integers(1, 2)), draw(st.integers(0, 1))
        fields: dict[str, Any] = {}
        match kind:
            case "menu_item_changed":
                fields = {
                    "name": f"Soup {offset}",
                    "price": draw(st.sampled_from([None, "5.25", 6])),
                    "cost": draw(st.sampled_from([None, "1.50", 0])),
                    "changed_ts": draw(instants),
                }
            case "customer_changed":
                membership = draw(st.sampled_from([None, "gold"]))
                fields = {"city": f"City {offset}", "membership": membership, "changed_ts": draw(instants)}
            case "order_created":
                fields["order_ts"] = draw(instants)
                fields["customer_id"] = draw(st.sampled_from([None, "CUST-1", "CUST-2"]))
            case _:
                fields["menu_item_id"] = draw(st.sampled_from([None, "MI-1", "MI-2"]))
        body = payload(kind, order, part, **fields)
        at, version = draw(st.integers(0, 2)), draw(st.sampled_from([None, None, 0, 1]))
        event = parsed(frame(offset, kind, body, seconds=at, version=version))
        items.setdefault(
            event.event_id, event
        )  # the same body again has the same id: a duplicate, not a change
    return list(items.values())


class Model:
    """What the views should say: kept as lists, read from their description and from nothing else."""

    def __init__(self, events: list[Event]) -> None:
        rows: dict[tuple[Any, ...], Any] = {}
        for event in sorted(events, key=lambda e: (-1 if e.version is None else e.version, e.ts, e.offset)):
            record: Any = event.record
            match event.event_type:
                case "menu_item_changed":
                    rows["menu", record.menu_item_id, record.changed_ts] = (
                        *(record.name, record.category, record.price, record.cost),
                    )
                case "customer_changed":
                    rows["guests", record.customer_id, record.changed_ts] = (record.city, record.membership)
                case "order_created":
                    rows["orders", record.order_id] = record
                case _:
                    rows["items", record.order_item_id] = record
        self._versions: dict[tuple[str, str], list[Version]] = defaultdict(list)
        for (what, key, *since), row in rows.items():
            if since:
                self._versions[what, key].append((since[0], row))
        self._orders = {key[1]: record for key, record in rows.items() if key[0] == "orders"}
        self._items = [record for key, record in rows.items() if key[0] == "items"]
        for versions in self._versions.values():
            versions.sort(key=lambda version: version[0])

    def dimension(self, what: str) -> list[tuple[Any, ...]]:
        """Every version, and until when it was valid."""
        return [
            (key, *row, since, until, until is None)
            for (kind, key), versions in sorted(self._versions.items(), key=lambda item: item[0])
            if kind == what
            for (since, row), until in zip(versions, [*(v[0] for v in versions[1:]), None], strict=True)
        ]

    def _valid(self, what: str, key: str | None, at: datetime) -> tuple[Any, ...]:
        versions = self._versions.get((what, key), []) if key else []
        place = bisect_right([since for since, _ in versions], at)
        nothing = {"menu": (None,) * 5, "guests": (None,) * 3}[what]
        return (*versions[place - 1][1], versions[place - 1][0]) if place else nothing

    def sold(self) -> list[tuple[Any, ...]]:
        rows = []
        for item in self._items:
            if (order := self._orders.get(item.order_id)) is not None:
                menu = self._valid("menu", item.menu_item_id, order.order_ts)
                cost = None if menu[3] is None else item.qty * menu[3]
                margin = None if cost is None else item.extended_price - cost
                rows.append((item.order_item_id, order.order_ts, *menu, cost, margin))
        return sorted(rows, key=lambda row: row[0])

    def guests_of_orders(self) -> list[tuple[Any, ...]]:
        return [
            (order_id, order.customer_id, *self._valid("guests", order.customer_id, order.order_ts))
            for order_id, order in sorted(self._orders.items())
        ]


@pytest.fixture
def bench(warehouse: Any) -> Iterator[Bench]:
    with deliveries.bench(warehouse) as new_bench:
        yield new_bench


@pytest.fixture
def owner(warehouse: Any) -> Iterator[psycopg.Connection[Any]]:
    with warehouse.connect("restaurant_user", autocommit=True) as connection:
        yield connection


@hypothesis_settings(
    max_examples=examples(80),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(delivery=deliveries.deliveries(events()))
def test_versions_and_the_facts_that_join_them(
    bench: Bench, delivery: tuple[list[Event], list[list[Event]]]
) -> None:
    straight, batches = delivery
    model = Model(straight)
    bench.commit(batches)

    assert model.dimension("menu") == bench.rows(
        "SELECT menu_item_id, name, category, price, cost, valid_from, valid_to, is_current"
        ' FROM analytics.menu_items ORDER BY menu_item_id COLLATE "C", valid_from'
    )
    assert model.dimension("guests") == bench.rows(
        "SELECT customer_id, city, membership, valid_from, valid_to, is_current"
        ' FROM analytics.customers ORDER BY customer_id COLLATE "C", valid_from'
    )
    assert model.sold() == bench.rows(
        "SELECT order_item_id, order_ts, menu_name, menu_category, menu_price, menu_cost, menu_valid_from,"
        " cost, margin FROM analytics.sold_items ORDER BY order_item_id"
    )
    assert model.guests_of_orders() == bench.rows(
        "SELECT order_id, customer_id, customer_city, membership, customer_valid_from"
        " FROM analytics.order_customers ORDER BY order_id"
    )


@hypothesis_settings(max_examples=examples(500), deadline=None, suppress_health_check=list(HealthCheck))
@given(kind=st.sampled_from(KINDS[:2]), changed_ts=spellings, price=money, cost=money)
def test_whatever_the_contract_takes_fits_its_table(
    owner: psycopg.Connection[Any], kind: str, changed_ts: str, price: Any, cost: Any
) -> None:
    """Or a rebuild would leave it out."""
    fields = {"price": price, "cost": cost} if kind == "menu_item_changed" else {}
    event = restaurant_parser().parse(frame(1, kind, payload(kind, 1, changed_ts=changed_ts, **fields)))
    assume(isinstance(event, Event))
    assert isinstance(event, Event)
    record: Any = event.record
    query = "SELECT analytics.change_took_effect(%s, %s)"
    assert owner.execute(query, [kind, event.payload.decode()]).fetchone() == (record.changed_ts,)
