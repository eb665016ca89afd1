"""The frauds in a history are what their names say, and the honest orders add up."""

import json
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from api.simulator.recorder import cents
from restaurant_warehouse.event_types import EVENT_TYPES
from tests.bench.workload import frauds

Payloads = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def history() -> frauds.History:
    return frauds.history(seed=9, days=10, orders_a_day=800)


@pytest.fixture(scope="module")
def orders(history: frauds.History) -> dict[str, Payloads]:
    """The payloads of each order, by type."""
    by_order: dict[str, Payloads] = defaultdict(lambda: defaultdict(list))
    for draft in history.drafts:
        payload = json.loads(draft.payload, parse_float=Decimal)
        by_order[payload["order_id"]][draft.event_type].append(payload | {"at": draft.ts})
    return by_order


def of_kind(history: frauds.History, orders: dict[str, Payloads], kind: str) -> list[Payloads]:
    matching = [orders[order] for order, its_kind in history.frauds.items() if its_kind == kind]
    assert matching
    return matching


def items(order: Payloads) -> Decimal:
    return Decimal(sum(line["extended_price"] for line in order["order_item_added"]))


def paid(order: Payloads, name: str) -> Decimal:
    return Decimal(sum(payment[name] for payment in order["payment_captured"]))


def test_the_same_seed_is_the_same_history(history: frauds.History) -> None:
    assert frauds.history(9, 10, 800) == history
    assert frauds.history(10, 10, 800).frauds.keys().isdisjoint(history.frauds)


def test_an_honest_order_is_paid_for_what_it_holds(
    history: frauds.History, orders: dict[str, Payloads]
) -> None:
    honest = [o for key, o in orders.items() if key not in history.frauds and o["payment_captured"]]
    assert len(honest) > 7_000
    assert any(len(order["payment_captured"]) > 1 for order in honest)
    for order in honest:
        assert paid(order, "subtotal") == items(order)
        for payment in order["payment_captured"]:
            assert (
                payment["subtotal"] + payment["tax"] + payment["tip"] == payment["total"] == payment["amount"]
            )


def test_the_warehouse_knows_every_event_type(history: frauds.History) -> None:
    assert {draft.event_type for draft in history.drafts} <= set(EVENT_TYPES)
    assert len({draft.event_id for draft in history.drafts}) == len(history.drafts)
    assert [draft.ts for draft in history.drafts] == sorted(draft.ts for draft in history.drafts)


def test_each_fraud_is_what_its_name_says(history: frauds.History, orders: dict[str, Payloads]) -> None:
    for order in of_kind(history, orders, "amount tenfold"):
        assert paid(order, "subtotal") == 10 * items(order)
    for order in of_kind(history, orders, "tip of 90%"):
        assert all(p["tip"] == cents(p["subtotal"] * Decimal("0.9")) for p in order["payment_captured"])
    for order in of_kind(history, orders, "all refunded"):
        assert (
            sum(refund["amount"] for refund in order["payment_refunded"])
            == order["payment_captured"][0]["amount"]
        )
        assert len(order["payment_refunded"]) == 3
    for order in of_kind(history, orders, "tax missing"):
        assert paid(order, "tax") == 0
    for order in of_kind(history, orders, "night split"):
        assert len(order["payment_captured"]) >= 4
        assert all(int(payment["at"][11:13]) in range(7, 12) for payment in order["payment_captured"])
        assert paid(order, "subtotal") == items(order)
    for order in of_kind(history, orders, "charged twice"):
        assert paid(order, "subtotal") > items(order)
        assert len({payment["payment_id"] for payment in order["payment_captured"]}) >= 2


def test_in_a_silent_hour_a_restaurant_sells_nothing(history: frauds.History) -> None:
    assert len(history.silent) == 5
    sold = {(d.partition_key, d.ts[:13]) for d in history.drafts if d.event_type == "order_created"}
    for place, hour in history.silent:
        assert (place, hour.isoformat()[:13]) not in sold


def test_nobody_cheats_on_honest_days() -> None:
    history = frauds.history(9, 10, 800, honest_days=9)
    assert history.frauds
    first = min(d.ts for d in history.drafts if json.loads(d.payload)["order_id"] in history.frauds)
    assert first >= "2026-10-01"
